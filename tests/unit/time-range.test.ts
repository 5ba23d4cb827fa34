/** A part of a chart as a time range. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partOf } from '../../renderer/stores/time-range';

test('a part of a chart is the time it covers, in whole milliseconds', () => {
  expect(partOf(1_000, 2_000, { left: 0.25, right: 0.5 })).toEqual({ kind: 'between', fromMs: 1_250, toMs: 1_500 });
  expect(partOf(1_000.4, 1_001.4, { left: 0, right: 0.5 })).toEqual({ kind: 'between', fromMs: 1_000, toMs: 1_001 });
});

test('up to the end of the chart, its newest entry is in the range, though a range leaves its end out', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2_000_000_000_000 }),
      fc.double({ min: 0, max: 1e10, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (fromMs, lengthMs, left) => {
        const newest = fromMs + lengthMs;
        const range = partOf(fromMs, newest, { left, right: 1 });
        expect(range.toMs).toBeGreaterThan(newest);
        expect(range.fromMs).toBeLessThan(range.toMs);
      },
    ),
    { seed: 20 },
  );
});
