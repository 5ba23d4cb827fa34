/** Calls of models as an agent framework exports them, and the same under names that mean nothing to a dialect. */
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { traceRequest } from '../../core/samples/otlp-builder';

const SPANS = 500;
const SECOND = 1_000_000_000n;

/** @param meant false: no dialect knows its keys, which are as long */
export function agentBatch(number: number, meant: boolean): Uint8Array {
  const startNs = BigInt(Date.now()) * 1_000_000n - 3_600n * SECOND;
  const key = (name: string): string => (meant ? name : name.replace('gen_ai', 'xyz_ab'));
  const said = (role: string, text: string): string =>
    JSON.stringify([{ role, parts: [{ type: 'text', content: text }] }]);
  const spans = Array.from({ length: SPANS }, (_, i) => {
    const at = number * SPANS + i;
    return {
      traceId: (BigInt(at >> 3) + (1n << 100n)).toString(16).padStart(32, '0'),
      spanId: (BigInt(at) + (1n << 60n)).toString(16).padStart(16, '0'),
      service: 'agent',
      name: meant ? 'chat gpt-5-mini' : 'call abc-1-long',
      kind: 3,
      startNs: startNs + BigInt(at) * 1_000n,
      endNs: startNs + BigInt(at) * 1_000n + SECOND,
      attributes: {
        [key('gen_ai.operation.name')]: 'chat',
        [key('gen_ai.provider.name')]: 'openai',
        [key('gen_ai.request.model')]: 'gpt-5-mini',
        [key('gen_ai.response.id')]: `response-${at}`,
        [key('gen_ai.conversation.id')]: `session-${at >> 6}`,
        [key('gen_ai.usage.input_tokens')]: 1_000 + (at % 977),
        [key('gen_ai.usage.output_tokens')]: 50 + (at % 89),
        [key('gen_ai.input.messages')]: said(
          'user',
          `Question ${at}: ${'where the order of this customer is. '.repeat(12)}`,
        ),
        [key('gen_ai.output.messages')]: said(
          'assistant',
          `Answer ${at}: ${'it left the warehouse yesterday. '.repeat(6)}`,
        ),
      },
    };
  });
  return protobufFromTraceJson(traceRequest(spans));
}

export const AGENT_BATCH_SPANS = SPANS;
