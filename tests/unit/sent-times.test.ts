/** Times that cannot be true: the span is placed where it arrived, and what was sent is kept. */
import { describe, expect, it } from 'vitest';
import { DecodeBudget } from '../../core/otlp/decode-budget';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { readSentTimes } from '../../core/otlp/sent-times';
import { traceRequest } from '../../core/samples/otlp-builder';
import { messageOf, T0, traceIdOf } from '../fixtures/traces';

const NOW = T0 + 3_600_000_000_000n;
const YEAR = 365n * 86_400_000_000_000n;

function decoded(times: readonly (readonly [start: bigint, end: bigint, parent?: number, trace?: number])[]) {
  const spans = times.map(([startNs, endNs, parent, trace = 1], i) => ({
    traceId: traceIdOf(trace),
    spanId: (i + 1).toString(16).padStart(16, '0'),
    ...(parent === undefined ? {} : { parentSpanId: parent.toString(16).padStart(16, '0') }),
    service: 'web',
    name: `span ${i}`,
    startNs,
    endNs,
  }));
  const { batch } = decodeTraces(protobufFromTraceJson(traceRequest(spans)), null, new DecodeBudget(), NOW);
  return times.map((_, row) => {
    const sent = readSentTimes(messageOf(batch.parts, row, 9));
    return [batch.startNs[row], batch.endNs[row], sent && [sent.startNs, sent.endNs]];
  });
}

describe('times of spans', () => {
  it('are what they say where they can be true', () => {
    const times: [bigint, bigint][] = [
      [T0, T0 + 5n],
      [T0, 0n],
      [T0, T0 - 5n],
      [NOW + 20n * 86_400_000_000_000n, NOW + 21n * 86_400_000_000_000n],
    ];
    expect(decoded(times)).toEqual(times.map(([start, end]) => [start, end, null]));
  });

  it.each([
    ['not set', 0n, 0n],
    ['seconds', T0 / 1_000_000_000n, T0 / 1_000_000_000n + 1n],
    ['milliseconds', T0 / 1_000_000n, T0 / 1_000_000n + 1n],
    ['microseconds', T0 / 1_000n, T0 / 1_000n + 1n],
    ['far in the future', NOW + 80n * YEAR, NOW + 80n * YEAR],
    ['beyond what a column holds', 2n ** 63n, 2n ** 64n - 2n],
  ])('%s: it is placed with its parent, with its trace, or at its arrival', (_, start, end) => {
    const [, , ofParent, ofTrace, alone] = decoded([
      [T0 + 10n, T0 + 90n],
      [T0 + 40n, T0 + 50n, 1],
      [start, end, 2],
      [start, end, 77],
      [start, end, 77, 2],
    ]);
    expect(ofParent).toEqual([T0 + 40n, 0n, [start, end]]);
    expect(ofTrace).toEqual([T0 + 10n, 0n, [start, end]]);
    expect(alone).toEqual([NOW, 0n, [start, end]]);
  });

  it('of which one can be true give that, and no duration', () => {
    expect(
      decoded([
        [0n, T0 + 7n],
        [T0, NOW + 80n * YEAR],
      ]),
    ).toEqual([
      [T0 + 7n, 0n, [0n, T0 + 7n]],
      [T0, 0n, [T0, NOW + 80n * YEAR]],
    ]);
  });
});
