/** What nobody has a dialect for: names that many use. */
import type { AgentFacts, Dialect } from '../agent-facts';

/** Frameworks, and what Braintrust's and Laminar's SDKs set beside the conventions. */
const INPUTS = [
  'input',
  'genkit:input',
  'mlflow.spanInputs',
  'lk.user_input',
  'lk.pii.user_input',
  'lmnr.span.input',
  'braintrust.input_json',
  'braintrust.input',
] as const;
const OUTPUTS = [
  'output',
  'genkit:output',
  'mlflow.spanOutputs',
  'lk.response.text',
  'lk.pii.response.text',
  'lmnr.span.output',
  'braintrust.output_json',
  'braintrust.output',
] as const;

export const generic: Dialect = {
  name: 'generic',
  read({ attributes: a }) {
    return {
      // A span of Langfuse's own, of which nobody says what it is.
      kind: a.has('langfuse.observation.type') ? 'step' : undefined,
      inputValue: a.json(...INPUTS),
      outputValue: a.json(...OUTPUTS),
    } satisfies AgentFacts;
  },
};
