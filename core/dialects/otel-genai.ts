/**
 * What the trace list shows of an agent run, read from OpenTelemetry's GenAI attributes (semantic-conventions 1.41, and the
 * token names of 1.36 and before). The other dialects and the full model come with the agent view.
 */
import { type KeyValue, plainValue } from '../otlp/json-types';

/** Operations that call a model. Tokens are counted on these alone: an agent span repeats the sum of its calls. */
const MODEL_CALLS = new Set(['chat', 'generate_content', 'text_completion', 'embeddings']);

export interface GenAiFacts {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly agentName: string | null;
  readonly sessionId: string | null;
}

/** Whether a key can matter to `readGenAiFacts`; decided on bytes, before anything is decoded. */
export function isAgentKey(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  return (
    (length > 7 && startsWith(bytes, start, 'gen_ai.')) || (length === 10 && startsWith(bytes, start, 'session.id'))
  );
}

/** The facts in the attributes selected by `isAgentKey`, or null when there are none. */
export function readGenAiFacts(attributes: readonly KeyValue[]): GenAiFacts | null {
  const byKey = new Map(attributes.map(({ key, value }) => [key, plainValue(value)]));
  const text = (key: string): string | null => {
    const value = byKey.get(key);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const count = (...keys: string[]): number | null => {
    for (const key of keys) {
      const value = byKey.get(key);
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    }
    return null;
  };
  const isModelCall = MODEL_CALLS.has(text('gen_ai.operation.name') ?? '');
  const facts: GenAiFacts = {
    inputTokens: isModelCall ? count('gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens') : null,
    outputTokens: isModelCall ? count('gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens') : null,
    agentName: text('gen_ai.agent.name'),
    sessionId: text('gen_ai.conversation.id') ?? text('session.id'),
  };
  return Object.values(facts).every((value) => value === null) ? null : facts;
}

function startsWith(bytes: Uint8Array, start: number, prefix: string): boolean {
  for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix.charCodeAt(i)) return false;
  return true;
}
