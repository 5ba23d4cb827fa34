/** What nobody has a dialect for: names that many use. */
import type { AgentFacts, Dialect } from '../agent-facts';

export const generic: Dialect = {
  name: 'generic',
  read({ attributes: a }) {
    return {
      // A span of Langfuse's own, of which nobody says what it is.
      kind: a.has('langfuse.observation.type') ? 'step' : undefined,
      inputValue: a.json('input', 'genkit:input', 'mlflow.spanInputs', 'lk.user_input'),
      outputValue: a.json('output', 'genkit:output', 'mlflow.spanOutputs', 'lk.response.text'),
    } satisfies AgentFacts;
  },
};
