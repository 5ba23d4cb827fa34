import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricResult, MetricSeries } from '../../core/api/search';
import { differencesIn, LEAST_SPANS, MOST_VALUES } from '../../core/query/differences';
import { comparing, searchBehind, spanMetricIn } from '../../core/query/span-metrics';
import type { TraceqlQuery } from '../../core/query/traceql/ast';
import { MOST_LINES, metricChartsOf, titleOf } from '../../renderer/features/span-metric/metric-charts';

const read = (query: string): TraceqlQuery => {
  const metric = spanMetricIn(query);
  if (!metric) throw new Error(`${query} is no metric`);
  return metric;
};

describe('metrics of spans', () => {
  it.each(['', 'checkout', 'rate', '{ }', '{ } | count() > 2', '{ } | rate() by (', '{ broken'])(
    '%s lists traces, or cannot be read',
    (query) => expect(spanMetricIn(query)).toBeNull(),
  );

  it.each([
    ['{ } | rate() by(resource.service.name)', { 'resource.service.name': 'web' }, '{ resource.service.name = "web" }'],
    ['{ status = error } | rate()', {}, '{ status = error }'],
    [
      '{ duration > 1s } | quantile_over_time(duration, .9) by(span.code)',
      { 'span.code': '200', p: '0.9' },
      '{ duration > 1s && (span.code = 200 || span.code = "200") }',
    ],
    ['{ } | rate() by(kind, status)', { kind: 'server', status: 'error' }, '{ kind = server && status = error }'],
    ['{ } | rate() by(span.a)', { 'span.a': 'nil' }, '{ span.a = nil }'],
    ['{ } | rate() by(span.a)', { 'span.a': 'say "hi" \\' }, '{ span.a = "say \\"hi\\" \\\\" }'],
    ['{ } | rate() by(span:childCount)', { 'span:childCount': '3' }, '{ span:childCount = 3 }'],
    ['{ } | rate() by(name, span.a)', { name: '"b"', 'span.a': '"true"' }, '{ name = "b" && span.a = "true" }'],
    // What follows the first step is what was measured; events are asked one by one.
    ['{ name = "a" } >> { } | rate() by(name)', { name: 'b' }, '{ name = "a" } >> { } | { name = "b" }'],
    [
      '{ event.code = 1 } | rate() by(event:name, name)',
      { 'event:name': 'retry', name: 'b' },
      '{ event.code = 1 && name = "b" } | { event:name = "retry" }',
    ],
    ['{ } | histogram_over_time(duration)', { bucket: '1024' }, '{ duration > 512ns && duration <= 1024ns }'],
    ['{ } | histogram_over_time(duration)', { bucket: '1' }, '{ duration > 0ns && duration <= 1ns }'],
    ['{ } | histogram_over_time(span.code)', { bucket: '0' }, '{ span.code <= 0.0 }'],
  ])('%s leads from %j to %s', (query, labels: Record<string, string>, search) => {
    expect(searchBehind(read(query), labels)).toBe(search);
  });

  it.each(['({ } | rate()) / ({ } | rate())', '{ } | compare({ status = error })'])(
    '%s has not one set of spans behind it',
    (query) => expect(searchBehind(read(query), {})).toBeNull(),
  );
});

describe('comparing', () => {
  it.each([
    ['', 'status = error', undefined, '{ } | compare({ status = error }, 30)'],
    [
      'service:web',
      'duration >= 1ms && duration < 2ms',
      { fromMs: 1_000, toMs: 2_000.4 },
      '{ resource.service.name = "web" } | compare({ duration >= 1ms && duration < 2ms }, 30, 1000000000, 2000000000)',
    ],
    // What was measured before is not what is compared.
    ['{ kind = server } | rate()', 'name = "a"', undefined, '{ kind = server } | compare({ name = "a" }, 30)'],
    ['{ broken', 'name = "a"', undefined, null],
  ])('of %s: %s', (search, selection, range, query) => {
    expect(comparing(search, selection, range)).toBe(query);
    if (query !== null) expect(spanMetricIn(query)?.metrics?.kind).toBe('compare');
  });
});

const result = (series: readonly MetricSeries[], more: Partial<MetricResult> = {}): MetricResult => ({
  from: '2026-01-01T00:00:00.000000000Z',
  to: '2026-01-01T00:03:00.000000000Z',
  stepNs: 60e9,
  unit: 'count',
  series,
  complete: true,
  ...more,
});

describe('charts of metrics', () => {
  it('draws 0 where all was counted and there is nothing, and a gap where it is not known', () => {
    const series = [{ labels: {}, values: [null, 2, null] }];
    const values = (query: string, isWhole: boolean) =>
      metricChartsOf(read(query), result(series), isWhole).drawn.series[0]?.values;
    expect(values('{ } | count_over_time()', true)).toEqual([0, 2, 0]);
    expect(values('{ } | count_over_time()', false)).toEqual([null, 2, null]);
    // No span has no duration, and what a threshold leaves out is not 0.
    expect(values('{ } | avg_over_time(duration)', true)).toEqual([null, 2, null]);
    expect(values('{ } | count_over_time() > 1', true)).toEqual([null, 2, null]);
  });

  it('names series by the quantile only where there are several', () => {
    const labels = (quantiles: string, series: readonly Record<string, string>[]) =>
      metricChartsOf(
        read(`{ } | quantile_over_time(duration, ${quantiles}) by(name)`),
        result(series.map((one) => ({ labels: one, values: [1, 1, 1] }))),
        true,
      ).all.series.map(({ label }) => label);
    expect(
      labels('.95', [
        { name: 'a', p: '0.95' },
        { name: 'b', p: '0.95' },
      ]),
    ).toEqual(['a', 'b']);
    expect(
      labels('.5, .95', [
        { name: 'a', p: '0.5' },
        { name: 'a', p: '0.95' },
      ]),
    ).toEqual(['name=a p=0.5', 'name=a p=0.95']);
    expect(labels('.95', [{ p: '0.95' }])).toEqual(['0.95']);
  });

  it('draws the largest series, and keeps all of them for the file', () => {
    const series = Array.from({ length: 25 }, (_, i) => ({ labels: { name: `s${i}` }, values: [i, null, 1] }));
    const { drawn, all, behind, count } = metricChartsOf(read('{ } | rate() by(name)'), result(series), true);
    expect([drawn.series.length, all.series.length, count]).toEqual([MOST_LINES, 25, 25]);
    expect(drawn.series[0]?.label).toBe('s24');
    expect(behind[0]).toBe('{ name = "s24" }');
    expect(drawn.steps).toBe(3);
  });

  it('makes a heatmap of each group, without a bucket left out between two', () => {
    const series = [
      { labels: { name: 'a', bucket: '2' }, values: [1, null, null] },
      { labels: { name: 'a', bucket: '16' }, values: [null, 3, null] },
      { labels: { name: 'b', bucket: '0' }, values: [9, null, null] },
    ];
    const query = read('{ } | histogram_over_time(duration) by(name)');
    const { heatmaps, valueUnit } = metricChartsOf(query, result(series), true);
    expect(valueUnit).toBe('ns');
    expect(heatmaps?.map(({ label, behind }) => [label, behind])).toEqual([
      ['b', '{ name = "b" }'],
      ['a', '{ name = "a" }'],
    ]);
    expect(heatmaps?.[1]?.heatmap.rows.map(({ high }) => high)).toEqual([2, 4, 8, 16]);
    expect(heatmaps?.[1]?.heatmap.counts).toEqual([
      [1, 0, 0, 0],
      [0, 0, 0, 3],
      [0, 0, 0, 0],
    ]);
    expect(heatmaps?.[0]?.heatmap.rows).toEqual([{ low: null, high: 0 }]);
  });

  it('calls a metric by what is measured', () => {
    expect(titleOf(read('{ status = error } | rate() by(name) | topk(3)'))).toBe('rate() by(name) | topk(3)');
  });
});

describe('differences', () => {
  it('rank as a count of spans one by one says', () => {
    const span = fc.record({
      selected: fc.boolean(),
      a: fc.constantFrom('x', 'y', 'z'),
      b: fc.constantFrom('1', '2'),
      c: fc.constantFrom('common', 'common', 'rare'),
    });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 60 }), (spans) => {
        const sides = {
          selection: spans.filter((one) => one.selected),
          baseline: spans.filter((one) => !one.selected),
        };
        const fields = ['a', 'b', 'c'] as const;
        const series = (['selection', 'baseline'] as const).flatMap((set) => [
          { labels: { set: `${set} total` }, values: [sides[set].length] },
          ...fields.flatMap((field) =>
            [...new Set(spans.map((one) => one[field]))].map((value) => ({
              labels: { set, [field]: value },
              values: [sides[set].filter((one) => one[field] === value).length],
            })),
          ),
        ]);
        const { totals, fields: found } = differencesIn(series as unknown as MetricSeries[]);
        expect(totals).toEqual({ selection: sides.selection.length, baseline: sides.baseline.length });
        const isComparable = totals.selection > 0 && totals.baseline > 0;
        const wanted = new Set<string>();
        for (const field of isComparable ? fields : []) {
          for (const value of new Set(spans.map((one) => one[field]))) {
            const [s, t] = [sides.selection, sides.baseline].map(
              (side) => side.filter((one) => one[field] === value).length,
            ) as [number, number];
            const isApart = s * totals.baseline !== t * totals.selection;
            if (s + t >= LEAST_SPANS && isApart) wanted.add(JSON.stringify([field, value, s, t]));
          }
        }
        const given = found.flatMap(({ field, values }) =>
          values.map(({ value, selection, baseline }) => JSON.stringify([field, value, selection, baseline])),
        );
        expect(new Set(given)).toEqual(wanted);
        expect(given).toHaveLength(wanted.size);
        const best = found.map(({ values }) =>
          Math.max(...values.map(({ selectionShare, baselineShare }) => Math.abs(selectionShare - baselineShare))),
        );
        expect(best).toEqual([...best].sort((a, b) => b - a));
      }),
      { seed: 28 },
    );
  });

  it('keeps of an attribute the values that differ most', () => {
    const values = Array.from({ length: 12 }, (_, i) => `v${i}`);
    const { fields } = differencesIn([
      { labels: { set: 'selection total' }, values: [100] },
      { labels: { set: 'baseline total' }, values: [100] },
      ...values.flatMap((value, i) => [
        { labels: { set: 'selection', a: value }, values: [i * 3] },
        { labels: { set: 'baseline', a: value }, values: [3] },
      ]),
    ]);
    expect(fields[0]?.values.map(({ value }) => value)).toEqual(['v11', 'v10', 'v9', 'v8', 'v7'].slice(0, MOST_VALUES));
  });
});
