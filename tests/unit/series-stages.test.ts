/** What is done with the series of metrics: thresholds, the largest and smallest, and calculations. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Metric, TraceqlQuery } from '../../core/query/traceql/ast';
import { parseTraceql } from '../../core/query/traceql/parse';
import { type Series, SeriesBuilder } from '../../core/query/traceql/series';
import { calculateSeries, inStages } from '../../core/query/traceql/series-stages';

const stagesOf = (text: string): TraceqlQuery['series'] => parseTraceql(`{ } | rate() ${text}`).series;
const one = (name: string, ...values: (number | null)[]): Series => ({ labels: name === '' ? {} : { name }, values });

const series = fc.uniqueArray(
  fc
    .tuple(
      fc.constantFrom('', 'a', 'b', 'c'),
      fc.array(fc.option(fc.integer({ min: -3, max: 9 })), { minLength: 4, maxLength: 4 }),
    )
    .map(([name, values]) => one(name, ...values)),
  { selector: ({ labels }) => JSON.stringify(labels) },
);

describe('second stages', () => {
  it('leave values for which a comparison holds, and series that have one', () => {
    const found = inStages([one('a', 1, null, 5), one('b', 0, 0, 0)], stagesOf('> 0 != 5'));
    expect(found).toEqual([one('a', 1, null, null)]);
  });

  it('leave the largest or smallest of each step, one stage after the other', () => {
    const found = inStages([one('a', 1, 8), one('b', 2, 7), one('c', 3, null)], stagesOf('| topk(2) | bottomk(1) < 8'));
    expect(found).toEqual([one('b', 2, 7)]);
  });

  it('give what the definition says, for any series', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 3 }), fc.boolean(), (all, count, isTop) => {
        const found = inStages(all, stagesOf(`| ${isTop ? 'topk' : 'bottomk'}(${count})`));
        for (let step = 0; step < 4; step++) {
          const values = all.flatMap((each) => each.values[step] ?? []).sort((a, b) => (isTop ? b - a : a - b));
          const left = found.flatMap((each) => each.values[step] ?? []).sort((a, b) => (isTop ? b - a : a - b));
          expect(left).toEqual(values.slice(0, count));
        }
      }),
    );
  });
});

describe('calculations', () => {
  it('go step by step between series with the same labels, and give no value for a division by zero', () => {
    const found = calculateSeries(
      '/',
      [one('a', 1, 4, null), one('b', 1, 1, 1)],
      [one('a', 2, 0, 2), one('c', 1, 1, 1)],
    );
    expect(found).toEqual([one('a', 0.5, null, null)]);
  });

  it('take a series without labels for each, on either side, and numbers', () => {
    expect(calculateSeries('-', [one('a', 5), one('b', 7)], [one('', 2)])).toEqual([one('a', 3), one('b', 5)]);
    expect(calculateSeries('-', [one('', 2)], [one('a', 5), one('b', 7)])).toEqual([one('a', -3), one('b', -5)]);
    expect(calculateSeries('-', 10, [one('a', 4, null)])).toEqual([one('a', 6, null)]);
    expect(calculateSeries('-', [one('a', 4)], 10)).toEqual([one('a', -6)]);
  });
});

describe('steps without spans', () => {
  const builtBy = (query: string, isWhole: boolean): readonly Series[] => {
    const builder = new SeriesBuilder(parseTraceql(query).metrics as Metric, 3, 2);
    builder.add(0, ['name'], ['"a"'], 8);
    builder.add(2, ['name'], ['"a"'], 8);
    return builder.series(isWhole);
  };

  it('are 0 where one goes on with counts, else nothing', () => {
    expect(builtBy('{ } | rate() by(name)', true)[0]?.values).toEqual([0.5, 0, 0.5]);
    expect(builtBy('{ } | rate() by(name)', false)[0]?.values).toEqual([0.5, null, 0.5]);
    expect(builtBy('{ } | histogram_over_time(duration) by(name)', true)[0]?.values).toEqual([1, 0, 1]);
    expect(builtBy('{ } | max_over_time(duration) by(name)', true)[0]?.values).toEqual([8, null, 8]);
  });

  it('tell text from what reads like it only where both occur', () => {
    const builder = new SeriesBuilder(parseTraceql('{ } | rate() by(.a)').metrics as Metric, 1, 1);
    for (const literal of ['"true"', 'true', '"200"', '404']) builder.add(0, ['.a'], [literal], 0);
    expect(builder.series(false).map(({ labels }) => labels['.a'])).toEqual(['"true"', 'true', '200', '404']);
  });
});
