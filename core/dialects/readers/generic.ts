/** What nobody has a dialect for: names that many use. */
import type { AgentFacts, Dialect } from '../agent-facts';

const SERVICE_TIER = [
  'openai.response.service_tier',
  'openai.request.service_tier',
  'gen_ai.openai.response.service_tier',
  'gen_ai.openai.request.service_tier',
] as const;

export const generic: Dialect = {
  name: 'generic',
  read({ attributes: a }) {
    return {
      // A span of Langfuse's own, of which nobody says what it is.
      kind: a.has('langfuse.observation.type') ? 'step' : undefined,
      sessionId: a.text('session.id', 'session_id', 'conversation.id'),
      serviceTier: a.text(...SERVICE_TIER),
      reportedCost: a.number('operation.cost'),
      userId: a.text('user.id', 'enduser.id'),
      inputValue: a.json('input', 'genkit:input', 'mlflow.spanInputs', 'lk.user_input'),
      outputValue: a.json('output', 'genkit:output', 'mlflow.spanOutputs', 'lk.response.text'),
    } satisfies AgentFacts;
  },
};
