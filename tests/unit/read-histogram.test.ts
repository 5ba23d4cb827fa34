/** Histograms read as numbers against the same fields read as OTLP/JSON, and their sums in place against sums made anew. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDistributions, type Distribution, quantileOf } from '../../core/metrics/distribution';
import { DistributionSum } from '../../core/metrics/distribution-sum';
import { bounded } from '../../core/metrics/exponential';
import { HistogramReader, type OtherFields } from '../../core/metrics/read-histogram';
import { readPointFields } from '../../core/otlp/metric-point';
import { WireReader } from '../../core/otlp/wire-reader';
import { WireWriter } from '../../core/otlp/wire-writer';

const SEED = { seed: 20_261_130, numRuns: 300 };
const count = fc.oneof(fc.nat(1_000), fc.constant(0), fc.constant(2 ** 53));
const amount = fc.oneof(
  fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  fc.constant(Number.NaN),
  fc.constant(Infinity),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const explicit = fc.record({
  count: maybe(count),
  sum: maybe(amount),
  min: maybe(amount),
  max: maybe(amount),
  flags: maybe(fc.constantFrom(0, 1, 2)),
  counts: fc.array(count, { maxLength: 8 }),
  bounds: fc.array(fc.integer({ min: -4, max: 9 }), { maxLength: 7 }),
  packed: fc.boolean(),
});
const buckets = fc.record({ offset: fc.integer({ min: -50, max: 50 }), counts: fc.array(count, { maxLength: 30 }) });
const exponential = fc.record({
  count: maybe(count),
  sum: maybe(amount),
  min: maybe(amount),
  max: maybe(amount),
  flags: maybe(fc.constantFrom(0, 1, 2)),
  scale: fc.integer({ min: -3, max: 22 }),
  zeroCount: count,
  zeroThreshold: maybe(amount),
  positive: maybe(buckets),
  negative: maybe(buckets),
});

interface Figures {
  readonly count?: number | undefined;
  readonly sum?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly flags?: number | undefined;
}

function writeFigures(out: WireWriter, { count, sum, min, max, flags }: Figures, minField: number): void {
  if (count !== undefined) out.fixed64(4, BigInt(count));
  if (sum !== undefined) out.double(5, sum);
  if (min !== undefined) out.double(minField, min);
  if (max !== undefined) out.double(minField + 1, max);
  if (flags !== undefined) out.varint(10, flags);
}

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

function writeBuckets(out: WireWriter, field: number, { offset, counts }: { offset: number; counts: number[] }): void {
  out.message(field, (message) => {
    message.varint(1, zigzag(offset));
    for (const one of counts) message.varint(2, one);
  });
}

type Fields = Readonly<Record<string, never>>;
const numberOf = (value: unknown): number | null => {
  const number = Number(value);
  return value === undefined || !Number.isFinite(number) ? null : number;
};
const figuresOf = ({ count, sum, min, max }: Fields) => ({
  count: Number(count ?? 0),
  sum: sum === undefined ? (count === undefined ? 0 : null) : numberOf(sum),
  min: numberOf(min),
  max: numberOf(max),
});

describe('histograms', () => {
  it('with explicit bounds read as their fields say, one after the other', () => {
    const reader = new HistogramReader();
    fc.assert(
      fc.property(explicit, (point) => {
        const out = new WireWriter();
        writeFigures(out, point, 11);
        if (point.packed) {
          out.fixed64s(6, point.counts.map(BigInt));
          out.doubles(7, point.bounds);
        } else {
          for (const one of point.counts) out.fixed64(6, BigInt(one));
          for (const bound of point.bounds) out.double(7, bound);
        }
        const bytes = out.finish();
        const fields = readPointFields('histogram', new WireReader(bytes)) as Fields;
        const is = reader.explicit(new WireReader(bytes), {});
        if (point.flags === 1) {
          expect(is).toBeNull();
          return;
        }
        const isAscending = point.bounds.every((bound, i) => i === 0 || bound > (point.bounds[i - 1] as number));
        const isSound = isAscending && point.counts.length === point.bounds.length + 1;
        const asSent = isSound ? { bounds: point.bounds, counts: point.counts } : { bounds: [], counts: [] };
        expect(is).toEqual({ ...figuresOf(fields), buckets: asSent });
      }),
      SEED,
    );
  });

  it('with exponential buckets read as their fields say', () => {
    const reader = new HistogramReader();
    fc.assert(
      fc.property(exponential, (point) => {
        const out = new WireWriter();
        writeFigures(out, point, 12);
        out.varint(6, zigzag(point.scale));
        out.fixed64(7, BigInt(point.zeroCount));
        if (point.zeroThreshold !== undefined) out.double(14, point.zeroThreshold);
        if (point.positive) writeBuckets(out, 8, point.positive);
        if (point.negative) writeBuckets(out, 9, point.negative);
        const bytes = out.finish();
        const fields = readPointFields('exponentialHistogram', new WireReader(bytes)) as Fields;
        const is = reader.exponential(new WireReader(bytes), {});
        if (point.flags === 1) {
          expect(is).toBeNull();
          return;
        }
        const byIndex = (some: { offset: number; counts: number[] } | undefined) =>
          new Map(
            (some?.counts ?? []).flatMap((one, i) => (one === 0 ? [] : [[(some?.offset ?? 0) + i, one] as const])),
          );
        expect(is).toEqual({
          ...figuresOf(fields),
          buckets: bounded({
            scale: point.scale,
            zeroCount: point.zeroCount,
            zeroThreshold: numberOf(point.zeroThreshold) ?? 0,
            positive: byIndex(point.positive),
            negative: byIndex(point.negative),
          }),
        });
      }),
      SEED,
    );
  });

  it('give the exemplars to who reads them', () => {
    const out = new WireWriter();
    out.fixed64(4, 1n);
    out.message(8, (exemplar) => {
      exemplar.fixed64(2, 7n);
      exemplar.double(3, 0.5);
    });
    const other: OtherFields = {};
    expect(new HistogramReader().explicit(new WireReader(out.finish()), other)).toMatchObject({ count: 1 });
    expect(other).toMatchObject({ exemplars: [{ timeUnixNano: '7', asDouble: 0.5 }] });
  });

  it('added up in place are what they are added up anew', () => {
    const part = fc.record({
      scale: fc.integer({ min: 0, max: 4 }),
      zeroThreshold: fc.constantFrom(0, 0, 0.5),
      counts: fc.dictionary(fc.integer({ min: -30, max: 400 }).map(String), fc.integer({ min: 1, max: 9 }), {
        maxKeys: 12,
      }),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 30 }), (parts) => {
        const all = parts.map(({ scale, zeroThreshold, counts }): Distribution => {
          const positive = new Map(Object.entries(counts).map(([index, one]) => [Number(index), one]));
          const total = Object.values(counts).reduce((sum, one) => sum + one, 0);
          const zeros = { zeroCount: 1, zeroThreshold, negative: new Map<number, number>() };
          return {
            count: total + 1,
            sum: total,
            min: null,
            max: null,
            buckets: bounded({ scale, positive, ...zeros }),
          };
        });
        const before = JSON.stringify(all.map(quantiles));
        const sum = new DistributionSum();
        for (const one of all) sum.add(one);
        const [first, ...others] = all as [Distribution, ...Distribution[]];
        const anew = others.reduce(addDistributions, first);
        expect(sum.value).toMatchObject({ count: anew.count, sum: anew.sum });
        expect(sum.value && quantiles(sum.value)).toEqual(quantiles(anew));
        // What was added stays as it was.
        expect(JSON.stringify(all.map(quantiles))).toBe(before);
      }),
      SEED,
    );
  });
});

function quantiles(distribution: Distribution) {
  return [0.1, 0.5, 0.9, 0.99].map((q) => quantileOf(distribution, q));
}
