/** Words, Bloom filters, sketches and term lists: what the summaries of blocks are made of. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencySketch, SKETCH_RELATIVE_ERROR, sketchBounds } from '../../core/model/latency-sketch';
import { bloomOf, filterHas } from '../../core/search/bloom';
import { HashSet } from '../../core/search/hash-set';
import { eachWordHash, hashWord, termsOf, wordsOf } from '../../core/search/words';
import { countOf, decodeTerms, encodeTerms, TermCounts } from '../../core/store/blocks/block-terms';

const utf8 = new TextEncoder();

function hashesIn(text: string): Set<number> {
  const bytes = utf8.encode(text);
  const hashes = new Set<number>();
  eachWordHash(bytes, 0, bytes.length, (hash) => hashes.add(hash));
  return hashes;
}

describe('words', () => {
  it('are runs of letters, digits and underscores of any script, in lower case', () => {
    expect(wordsOf('Payment DECLINED: card_42 (straße, оплата)')).toEqual([
      'payment',
      'declined',
      'card_42',
      'straße',
      'оплата',
    ]);
    expect(wordsOf('--- …')).toEqual([]);
  });

  it('hash alike from bytes and from text, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ maxLength: 300 })), (text) => {
        expect(hashesIn(text)).toEqual(new Set(termsOf(text).map(hashWord)));
      }),
    );
    const long = `${'a'.repeat(80)} ${'é'.repeat(80)}`;
    expect(hashesIn(long)).toEqual(new Set(termsOf(long).map(hashWord)));
    expect(hashesIn('a'.repeat(80))).toEqual(new Set(wordsOf('a'.repeat(80)).map(hashWord)));
  });
});

describe('Bloom filter', () => {
  it('has every hash that was added, and few that were not', () => {
    const random = (n: number) => hashWord(`word ${n}`);
    const hashes = Uint32Array.from({ length: 10_000 }, (_, n) => random(n));
    const bloom = bloomOf(hashes);
    const has = (hash: number): boolean => filterHas(bloom, hash);
    expect(hashes.every(has)).toBe(true);
    let wrong = 0;
    for (let n = 0; n < 100_000; n++) if (has(random(1_000_000 + n))) wrong++;
    expect(wrong / 100_000).toBeLessThan(0.002);
    expect(bloomOf(new Uint32Array(0))).toHaveLength(0);
  });

  it('is fed by a set that holds what a Set would', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 20_000 }), (values) => {
        const set = new HashSet();
        for (const value of values) set.add(value);
        expect(set.size).toBe(new Set(values).size);
        expect(new Set(set.values())).toEqual(new Set(values));
      }),
      { numRuns: 20 },
    );
  });
});

describe('latency sketch', () => {
  it('gives every quantile within its error, merged or not', () => {
    const durations = fc.array(fc.integer({ min: 1, max: 10 ** 15 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(durations, durations, fc.double({ min: 0, max: 1, noNaN: true }), (left, right, q) => {
        const sketch = sketchOf(left);
        sketch.merge(sketchOf(right));
        const copy = new LatencySketch();
        copy.mergeEncoded(sketch.encode());
        const sorted = [...left, ...right].sort((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(q * sorted.length - 1e-9) - 1)] as number;
        const read = copy.quantile(q) as number;
        expect(Math.abs(read - exact)).toBeLessThanOrEqual(exact * SKETCH_RELATIVE_ERROR * 1.000_001 + 0.5);
        expect(copy.count).toBe(sorted.length);
      }),
    );
  });

  it('has the buckets that its bounds give to SQL', () => {
    const bounds = sketchBounds();
    const duration = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
      fc.bigInt({ min: 0n, max: 10_000n }),
      fc.constantFrom(...bounds, ...bounds.map((ns) => ns - 1n)),
    );
    fc.assert(
      fc.property(duration, (ns) => {
        const [added, placed] = [new LatencySketch(), new LatencySketch()];
        added.add(Number(ns));
        placed.addBucket(bounds.filter((bound) => bound <= ns).length, 1);
        expect(placed.encode()).toEqual(added.encode());
      }),
    );
  });

  it('is empty when all is taken off again', () => {
    const [sketch, other] = [new LatencySketch(), new LatencySketch()];
    for (const each of [sketch, other]) for (const ns of [0, 5, 7e9]) each.add(ns);
    sketch.merge(other, -1);
    expect([sketch.count, sketch.quantile(0.5), sketch.encode()]).toEqual([0, null, new Uint8Array(0)]);
  });

  it('says nothing of nothing, and takes durations that are none', () => {
    expect(new LatencySketch().quantile(0.5)).toBeNull();
    expect(sketchOf([-5, 0]).quantile(1)).toBe(0);
  });
});

function sketchOf(durations: readonly number[]): LatencySketch {
  const sketch = new LatencySketch();
  for (const duration of durations) sketch.add(duration);
  return sketch;
}

describe('block terms', () => {
  it('come back as they were counted', () => {
    const ids = fc.array(fc.integer({ min: -20_000, max: 2 ** 31 - 1 }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.tuple(ids, ids, ids, ids), (lists) => {
        const { attributes, operations, resources, scopes } = decodeTerms(
          encodeTerms(
            lists.map((list) => {
              const counts = new TermCounts();
              for (const id of list) counts.add(id);
              return counts;
            }),
          ),
        );
        for (const [i, terms] of [attributes, operations, resources, scopes].entries()) {
          const list = lists[i] as number[];
          expect([...terms.ids]).toEqual([...new Set(list)].sort((a, b) => a - b));
          for (const id of [...list, 7, -7]) expect(countOf(terms, id)).toBe(list.filter((one) => one === id).length);
        }
      }),
    );
  });
});
