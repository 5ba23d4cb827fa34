/** The arithmetic of metrics against a direct computation from the raw values, on seeded random series. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDistributions,
  bucketsOf,
  type Distribution,
  quantileOf,
  subtractDistributions,
} from '../../core/metrics/distribution';
import { MetricEvaluation } from '../../core/metrics/evaluate';
import { bounded, boundOf, combineExponential, downscale, type Exponential } from '../../core/metrics/exponential';
import { heatmapOf } from '../../core/metrics/heatmap';
import { increasesOf } from '../../core/metrics/increases';
import type { ReadPoint } from '../../core/metrics/read-point';
import { filterTerm, passes, readFilter } from '../../core/metrics/series-filter';
import { partsOf } from '../../core/metrics/steps';

const SEED = { seed: 20_261_130, numRuns: 300 };
const S = 1e9;
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

const point = (timeS: number, number: number | bigint | null, startS: number | null = null): ReadPoint => ({
  timeNs: timeS * S,
  startNs: startS === null ? null : startS * S,
  number,
  isNotFinite: false,
  distribution: null,
  quantiles: [],
  exemplars: [],
});

/** A counter that is read now and then, and starts again at some of its readings. */
const counter = fc.array(
  fc.record({ added: fc.nat(1_000), gapS: fc.integer({ min: 1, max: 400 }), restarts: fc.boolean() }),
  { minLength: 2, maxLength: 40 },
);

function readings(history: readonly { added: number; gapS: number; restarts: boolean }[], saysStart: boolean) {
  let [timeS, startS, value] = [0, 0, 0];
  let total = 0;
  const points = [point(0, 0, saysStart ? 0 : null)];
  for (const { added, gapS, restarts } of history) {
    // Without a start, a restart shows only where it counts less than before.
    if (restarts && (saysStart || added < value)) [startS, value] = [timeS, 0];
    timeS += gapS;
    value += added;
    total += added;
    points.push(point(timeS, value, saysStart ? startS : null));
  }
  return { points, total, endS: timeS };
}

const evaluate = (
  points: readonly ReadPoint[],
  aggregate: 'increase' | 'rate' | 'avg' | 'sum' | 'last' | 'max' | 'count',
  {
    stepS = 60,
    count = 60,
    kind = 'sum' as 'sum' | 'gauge',
    temporality = 'cumulative' as 'cumulative' | 'delta',
    monotonic = true,
  } = {},
) => {
  const shape = { kind, temporality, monotonic, unit: '1' };
  const evaluation = new MetricEvaluation({
    shape,
    aggregate,
    steps: { count, stepNs: stepS * S },
    readFromNs: -600 * S,
  });
  evaluation.addSeries('', points);
  return { values: evaluation.result()[0]?.values.values ?? [], resets: evaluation.resets };
};

describe('increases', () => {
  it('of all steps are what was added in all, however often the counter restarted', () => {
    fc.assert(
      fc.property(counter, fc.boolean(), fc.integer({ min: 1, max: 900 }), (history, saysStart, stepS) => {
        const { points, total, endS } = readings(history, saysStart);
        const { values } = evaluate(points, 'increase', { stepS, count: Math.floor(endS / stepS) + 1 });
        expect(sum(values.map((value) => value ?? 0))).toBeCloseTo(total, 6);
      }),
      SEED,
    );
  });

  it('are the same from deltas as from totals', () => {
    fc.assert(
      fc.property(counter, (history) => {
        const { points } = readings(history, true);
        const deltas = points.slice(1).map(({ timeNs, number }, i) => {
          const before = points[i] as ReadPoint;
          const isNew = points[i + 1]?.startNs !== before.startNs;
          return { ...point(0, Number(number) - (isNew ? 0 : Number(before.number))), timeNs, startNs: before.timeNs };
        });
        const totals = increasesOf(
          points.map((one) => ({ ...one, value: Number(one.number) })),
          'cumulative',
          (now, before) => (now < before ? null : now - before),
          0,
        );
        const added = increasesOf(
          deltas.map((one) => ({ ...one, value: Number(one.number) })),
          'delta',
          () => null,
          0,
        );
        expect(totals.map(({ value }) => value)).toEqual(added.map(({ value }) => value));
      }),
      SEED,
    );
  });

  it('of a counter too large for a double are exact', () => {
    const large = 2n ** 62n;
    expect(evaluate([point(0, large), point(60, large + 3n)], 'increase', { stepS: 120, count: 1 }).values).toEqual([
      3,
    ]);
  });

  it('say nothing of what was counted before anybody looked', () => {
    expect(
      evaluate([point(30, 500, -9_000), point(90, 530, -9_000)], 'increase', { stepS: 60, count: 2 }).values,
    ).toEqual([15, 15]);
  });

  it('over a gap are no rate', () => {
    const points = [0, 60, 120, 180, 1_800, 1_860].map((timeS, i) => point(timeS, 6 * i, 0));
    const { values } = evaluate(points, 'rate', { stepS: 60, count: 32 });
    expect(values.slice(0, 3)).toEqual([0.1, 0.1, 0.1]);
    expect(values.slice(3, 30).every((value) => value === null)).toBe(true);
    expect(values[30]).toBeCloseTo(0.1);
  });

  it('of a counter that may fall are negative', () => {
    expect(evaluate([point(0, 9), point(30, 4)], 'increase', { stepS: 60, count: 1, monotonic: false }).values).toEqual(
      [-5],
    );
  });

  it('count a restart', () => {
    expect(evaluate([point(0, 9), point(30, 4), point(59, 6)], 'increase', { stepS: 60, count: 1 })).toEqual({
      values: [6],
      resets: 1,
    });
  });
});

describe('levels', () => {
  it('stand until the series is stale, and then are a gap', () => {
    const points = [0, 10, 20, 30, 300].map((timeS) => point(timeS, timeS));
    const { values } = evaluate(points, 'avg', { kind: 'gauge', stepS: 5, count: 61 });
    expect(values.slice(0, 12)).toEqual([0, 0, 10, 10, 20, 20, 30, 30, 30, 30, 30, null]);
    expect(values.slice(12, 60).every((value) => value === null)).toBe(true);
    expect(values[60]).toBe(300);
  });

  it('end at a point that says so', () => {
    const points = [point(0, 1), point(10, 1), point(20, null), point(30, 1)];
    expect(evaluate(points, 'avg', { kind: 'gauge', stepS: 10, count: 4 }).values).toEqual([1, 1, null, 1]);
  });

  it('are those of the points of a step', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 60 }), (values) => {
        const points = values.map((value, i) => point(i, value));
        const options = { kind: 'gauge' as const, stepS: 10, count: 6 };
        const [avg, max, last, count] = (['avg', 'max', 'last', 'count'] as const).map(
          (one) => evaluate(points, one, options).values,
        );
        for (let step = 0; step * 10 < values.length; step++) {
          const here = values.slice(step * 10, step * 10 + 10);
          expect(avg?.[step]).toBeCloseTo(sum(here) / here.length, 9);
          expect(max?.[step]).toBe(Math.max(...here));
          expect(last?.[step]).toBe(here.at(-1));
          expect(count?.[step]).toBe(here.length);
        }
      }),
      SEED,
    );
  });
});

const positives = fc.array(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 60 });
const indexOf = (value: number, scale: number): number => {
  let index = Math.ceil(Math.log2(value) * 2 ** scale) - 1;
  while (boundOf(index, scale) >= value) index--;
  while (boundOf(index + 1, scale) < value) index++;
  return index;
};
const exponential = (values: readonly number[], scale: number): Exponential => {
  const positive = new Map<number, number>();
  for (const value of values) positive.set(indexOf(value, scale), (positive.get(indexOf(value, scale)) ?? 0) + 1);
  return { scale, zeroCount: 0, zeroThreshold: 0, positive, negative: new Map() };
};
const ofValues = (values: readonly number[], buckets: Distribution['buckets']): Distribution => ({
  count: values.length,
  sum: sum(values),
  min: Math.min(...values),
  max: Math.max(...values),
  buckets,
});
const explicit = (values: readonly number[], bounds: readonly number[]) => {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  for (const value of values) {
    const at = bounds.findIndex((bound) => value <= bound);
    const i = at < 0 ? bounds.length : at;
    counts[i] = (counts[i] ?? 0) + 1;
  }
  return { bounds, counts };
};
/** Of the values themselves. */
const trueQuantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] as number;
};

describe('exponential histograms', () => {
  it('merge into what one histogram of all the values would be, whatever their scales', () => {
    fc.assert(
      fc.property(
        positives,
        positives,
        fc.integer({ min: -2, max: 6 }),
        fc.integer({ min: -2, max: 6 }),
        (a, b, i, j) => {
          const merged = combineExponential(exponential(a, i), exponential(b, j), 1);
          const all = downscale(exponential([...a, ...b], Math.min(i, j)), merged.scale);
          expect([...merged.positive].sort()).toEqual([...all.positive].sort());
        },
      ),
      SEED,
    );
  });

  it('stay within a bounded number of buckets, and lose no value', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        (indexes, scale) => {
          const positive = new Map(indexes.map((index) => [index, 1]));
          const result = bounded({ scale, zeroCount: 0, zeroThreshold: 0, positive, negative: new Map() });
          expect(result.positive.size).toBeLessThanOrEqual(indexes.length);
          expect(sum([...result.positive.values()])).toBe(positive.size);
          const all = [...result.positive.keys()];
          if (result.scale > -11) expect(Math.max(...all) - Math.min(...all)).toBeLessThan(320);
        },
      ),
      SEED,
    );
  });

  it('fold what a higher threshold takes for zero into zero', () => {
    const a: Exponential = {
      scale: 0,
      zeroCount: 1,
      zeroThreshold: 0,
      positive: new Map([
        [-3, 2],
        [5, 1],
      ]),
      negative: new Map([[-4, 1]]),
    };
    const b: Exponential = { ...a, zeroCount: 4, zeroThreshold: 1, positive: new Map(), negative: new Map() };
    expect(combineExponential(a, b, 1)).toEqual({
      scale: 0,
      zeroCount: 8,
      zeroThreshold: 1,
      positive: new Map([[5, 1]]),
      negative: new Map(),
    });
  });
});

describe('distributions', () => {
  const bounds = [0.001, 0.1, 1, 10, 100, 1_000, 1e6];
  it('give quantiles whose bounds hold the true one', () => {
    fc.assert(
      fc.property(positives, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (values, q, isExponential) => {
        const found = quantileOf(
          ofValues(values, isExponential ? exponential(values, 3) : explicit(values, bounds)),
          q,
        );
        const truth = trueQuantile(values, q);
        expect(found).not.toBeNull();
        expect(found?.low).toBeLessThanOrEqual(truth);
        expect(found?.high).toBeGreaterThanOrEqual(truth);
        expect(found?.value).toBeGreaterThanOrEqual(found?.low ?? 0);
        expect(found?.value).toBeLessThanOrEqual(found?.high ?? 0);
      }),
      SEED,
    );
  });

  it('minus what was there before are what was added', () => {
    fc.assert(
      fc.property(positives, positives, fc.boolean(), (before, added, isExponential) => {
        const of = (values: readonly number[]) =>
          ofValues(values, isExponential ? exponential(values, 2) : explicit(values, bounds));
        const difference = subtractDistributions(of([...before, ...added]), of(before));
        expect(difference?.count).toBe(added.length);
        // Both are in the scale that the difference has in the end.
        expect(difference && bucketsOf(addDistributions(difference, of(before)).buckets)).toEqual(
          bucketsOf(addDistributions(of(added), of(before)).buckets),
        );
        expect(subtractDistributions(of(before), of([...before, ...added]))).toBeNull();
      }),
      SEED,
    );
  });

  it('of different bounds have those in common, and keep every value', () => {
    const a = ofValues([1, 5, 50], explicit([1, 5, 50], [2, 10, 100]));
    const b = ofValues([3, 70], explicit([3, 70], [10, 60]));
    expect(addDistributions(a, b).buckets).toEqual({ bounds: [10], counts: [3, 2] });
  });

  it('over time are rows with the same bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.option(positives, { nil: undefined }), { minLength: 1, maxLength: 8 }), (steps) => {
        const map = heatmapOf(steps.map((values, i) => values && ofValues(values, exponential(values, i % 4))));
        const counted = map?.counts.map((row) => sum(row)) ?? steps.map(() => 0);
        expect(counted).toEqual(steps.map((values) => values?.length ?? 0));
        expect(map?.rows.length ?? 0).toBeLessThanOrEqual(48);
      }),
      SEED,
    );
  });
});

describe('parts of an interval', () => {
  it('add up to what lies in the range', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -100, max: 700, noNaN: true }),
        fc.double({ min: 0.1, max: 900, noNaN: true }),
        (from, length) => {
          const parts = partsOf({ count: 10, stepNs: 60 }, from, from + length);
          const inRange = Math.max(0, Math.min(from + length, 600) - Math.max(from, 0)) / length;
          expect(sum(parts.map(({ share }) => share))).toBeCloseTo(inRange, 9);
        },
      ),
      SEED,
    );
  });
});

describe('a filter of series', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (key, value) => {
        expect(readFilter(filterTerm(key, value))).toEqual([{ key, value, isNot: false }]);
      }),
      SEED,
    );
  });
  it('holds where all of its terms do', () => {
    const terms = readFilter('host=web-1 state!="not ready"');
    const labels = (state: string) => (key: string) => (key === 'host' ? 'web-1' : state);
    expect(passes(terms, labels('ready'))).toBe(true);
    expect(passes(terms, labels('not ready'))).toBe(false);
  });
  it.each(['host', 'host="a', '=a', 'a==b c'])('says where %s is not understood', (text) => {
    expect(() => readFilter(text)).toThrow(/not understood at/);
  });
});
