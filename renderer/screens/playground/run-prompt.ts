/** Asks the models of the playground. */
import type { Endpoint } from '../../../core/api/playground';
import type { PlainValue } from '../../../core/model/json-types';
import { api } from '../../connection/connection';
import { type Attempt, usePlayground } from '../../stores/playground-store';

export function runAll(endpoints: readonly Endpoint[]): void {
  for (const attempt of usePlayground.getState().attempts) void run(attempt, endpoints);
}

/** The endpoint that is asked: the chosen one, else the first. */
export function endpointOf(attempt: Attempt, endpoints: readonly Endpoint[]): Endpoint | null {
  return endpoints.find(({ id }) => id === attempt.endpointId) ?? endpoints[0] ?? null;
}

async function run(attempt: Attempt, endpoints: readonly Endpoint[]): Promise<void> {
  const { messages, tools, setAttempt } = usePlayground.getState();
  const endpoint = endpointOf(attempt, endpoints);
  const model = attempt.model.trim() || endpoint?.model || '';
  if (!endpoint || model === '') {
    const failure = endpoint ? 'Choose a model first.' : 'Add an endpoint first: where a model answers.';
    setAttempt(attempt.id, { failure });
    return;
  }
  const runId = crypto.randomUUID();
  setAttempt(attempt.id, { runId, answer: null, failure: null });
  const parameters: Record<string, PlainValue> = {};
  if (attempt.temperature.trim() !== '') parameters.temperature = Number(attempt.temperature);
  if (attempt.maxTokens.trim() !== '') parameters.max_tokens = Number(attempt.maxTokens);
  try {
    const answer = await api.runPrompt({ runId, endpointId: endpoint.id, model, messages, tools, parameters });
    setAttempt(attempt.id, { runId: null, answer });
  } catch (error) {
    setAttempt(attempt.id, { runId: null, failure: (error as Error).message });
  }
}
