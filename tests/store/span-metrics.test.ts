/** What the charts of TraceQL metrics promise: a series leads to the spans that it counts, and differences are what a scan counts. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetricResult } from '../../core/api/search';
import { nsFromText } from '../../core/model/time';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { differencesIn } from '../../core/query/differences';
import { durationText, withCondition } from '../../core/query/facets';
import { comparing, searchBehind, spanMetricIn } from '../../core/query/span-metrics';
import type { TraceqlQuery } from '../../core/query/traceql/ast';
import { BlockSummaries } from '../../core/store/blocks/block-summaries';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { TraceReader } from '../../core/store/read/trace-reader';
import { migrate } from '../../core/store/schema/migrate';
import { QueryRunner } from '../../core/store/search/query-runner';
import { Searcher } from '../../core/store/search/searcher';
import { TraceHistogram } from '../../core/store/search/trace-histogram';
import { TraceList } from '../../core/store/search/trace-list';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases } from '../fixtures/databases';
import { anyTraces, requestOf } from '../fixtures/random-queries';

const WORKSPACE = 1;
const BY = [
  'resource.service.name',
  'name, status',
  'kind',
  'span.code',
  'span.http.method',
  'rootName',
  'event:name',
  'event:name, event.code',
  'span.flag, name',
  'duration',
  'span:childCount',
];
const SPANS = ['{ }', '{ status = error }', '{ name = "a" } >> { }', '{ event.code != nil }', '{ } | count() > 1'];

describe('metrics of spans', () => {
  const databases = pgliteDatabases();
  const [drawn = []] = fc.sample(anyTraces, { seed: 28, numRuns: 1 });
  // A list without elements is in the group nil, and is not nil: no condition finds just those.
  const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
  const traces = drawn.map((spans) =>
    spans.filter(
      ({ attributes, events }) =>
        ![attributes, ...events.map((event) => event.attributes)].some((all) => Object.values(all).some(isEmpty)),
    ),
  );
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let queries: QueryRunner;

  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    const { batch } = decodeTraces(protobufFromTraceJson(requestOf(traces.flat())));
    await new StoreWriter(sql, WORKSPACE, deflateCodec).append([batch]);
    const searcher = new Searcher(sql, WORKSPACE, deflateCodec, new BlockSummaries(sql, WORKSPACE));
    const list = new TraceList(sql, searcher, new TraceReader(sql, WORKSPACE));
    queries = new QueryRunner(sql, list, new TraceHistogram(sql, WORKSPACE, searcher), searcher);
  });
  afterAll(async () => {
    await drop();
    await databases.stop();
  });

  const measure = async (query: string, more: object = {}): Promise<MetricResult> => {
    const result = await queries.run({ query, waitMs: 60_000, ...more });
    if (result.kind !== 'metrics') throw new Error('not a metric');
    expect(result.complete).toBe(true);
    return result;
  };
  const sum = (values: readonly (number | null)[]): number => values.reduce<number>((all, one) => all + (one ?? 0), 0);

  it('lead from each series to the spans that it counts', async () => {
    for (const by of BY) {
      for (const spans of SPANS) {
        const text = `${spans} | count_over_time() by(${by})`;
        const { from, to, series } = await measure(text);
        expect(series.length, text).toBeGreaterThan(0);
        // A value of which there is one as text as well: a search that is typed by hand finds both.
        const quoted = new Set(
          series.flatMap(({ labels }) => Object.values(labels)).filter((one) => one.startsWith('"')),
        );
        for (const { labels, values } of series) {
          if (Object.values(labels).some((value) => quoted.has(JSON.stringify(value)))) continue;
          const search = searchBehind(spanMetricIn(text) as TraceqlQuery, labels) as string;
          const behind = await measure(`${search} | count_over_time()`, { from, to });
          expect(sum(behind.series[0]?.values ?? []), `${text} ${JSON.stringify(labels)}: ${search}`).toBe(sum(values));
        }
      }
    }
  });

  it('compare an area of the heatmap with the rest', async () => {
    const all = await measure('{ } | compare({ status = error })');
    const [from, to] = [nsFromText(all.from) as bigint, nsFromText(all.to) as bigint];
    const within = traces.flat().filter(({ startNs }) => startNs >= from && startNs < to);
    const ms = (ns: bigint): number => Number(ns / 1_000_000n);
    // The first half of the time, and of that what took from 5 to 100 ms.
    const range = { fromMs: ms(from), toMs: ms(from + (to - from) / 2n) };
    for (const of of ['spans', 'traces'] as const) {
      const query = comparing('{ }', durationText(of, 5_000_000, 100_000_000), range) as string;
      const { totals } = differencesIn((await measure(query)).series);
      const duration = (span: (typeof within)[number]): bigint => {
        const spans = of === 'spans' ? [span] : traces.flat().filter(({ traceId }) => traceId === span.traceId);
        const ends = spans.map(({ endNs }) => endNs).reduce((a, b) => (a > b ? a : b));
        return ends - spans.map(({ startNs }) => startNs).reduce((a, b) => (a < b ? a : b));
      };
      const selected = within.filter((span) => {
        const ns = duration(span);
        const isThen = ms(span.startNs) >= range.fromMs && ms(span.startNs) < range.toMs;
        return isThen && ns >= 5_000_000n && ns < 100_000_000n;
      });
      expect(selected.length, of).toBeGreaterThan(0);
      expect(totals, of).toEqual({ selection: selected.length, baseline: within.length - selected.length });
    }
  });

  it('say of differences what a scan of the spans counts, and lead to them', async () => {
    const spans = traces.flat();
    for (const selection of ['status = error', 'duration >= 5ms && duration < 100ms', 'kind = server']) {
      const { series, from, to } = await measure(`{ } | compare({ ${selection} }, 1000)`);
      const { totals, fields } = differencesIn(series);
      const range = { from: nsFromText(from) as bigint, to: nsFromText(to) as bigint };
      const within = spans.filter(({ startNs }) => startNs >= range.from && startNs < range.to);
      const isSelected = (one: (typeof spans)[number]): boolean => {
        const ns = one.endNs - one.startNs;
        if (selection.startsWith('status')) return one.status === 'error';
        return selection.startsWith('kind') ? one.kind === 'server' : ns >= 5_000_000n && ns < 100_000_000n;
      };
      const [selected, others] = [within.filter(isSelected), within.filter((one) => !isSelected(one))];
      expect(totals).toEqual({ selection: selected.length, baseline: others.length });
      const names = fields.find(({ field }) => field === 'name')?.values ?? [];
      for (const { value, selection: a, baseline: b } of names) {
        const count = (side: typeof spans): number => side.filter(({ name }) => name === value).length;
        expect([value, a, b]).toEqual([value, count(selected), count(others)]);
      }
      const [first] = fields;
      const value = first?.values[0];
      if (!first || !value) throw new Error('nothing differs');
      const narrowed = withCondition(`{ ${selection} }`, first.field, value.value);
      const found = await measure(`${narrowed} | count_over_time()`, { from, to });
      expect(sum(found.series[0]?.values ?? [])).toBe(value.selection);
    }
  });
});
