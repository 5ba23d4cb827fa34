/** The trace behind "Send a test trace": three spans, one of them failed and retried, so that every part of the screen shows. */

import type { SampleSpan } from './otlp-builder';
import { Random } from './random';

export function testTrace(nowNs: bigint, seed: number): SampleSpan[] {
  const random = new Random(seed);
  const traceId = random.hex(16);
  const [root, failed, retried] = [random.hex(8), random.hex(8), random.hex(8)];
  const ms = (count: number): bigint => nowNs + BigInt(count) * 1_000_000n;
  const service = 'spoor-test';
  return [
    {
      traceId,
      spanId: root as string,
      service,
      name: 'GET /hello',
      kind: 2,
      startNs: ms(0),
      endNs: ms(48),
      attributes: { 'http.request.method': 'GET', 'http.route': '/hello', 'http.response.status_code': 200 },
      events: [{ name: 'cache.miss', timeNs: ms(3), attributes: { 'cache.key': 'greeting' } }],
    },
    {
      traceId,
      spanId: failed as string,
      parentSpanId: root as string,
      service,
      name: 'SELECT greeting',
      kind: 3,
      startNs: ms(4),
      endNs: ms(14),
      attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'select text from greeting where lang = $1' },
      error: 'ConnectionReset: the server closed the connection',
    },
    {
      traceId,
      spanId: retried as string,
      parentSpanId: root as string,
      service,
      name: 'SELECT greeting',
      kind: 3,
      startNs: ms(18),
      endNs: ms(44),
      attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'select text from greeting where lang = $1' },
    },
  ];
}
