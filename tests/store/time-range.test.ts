/** What a time range means, and what metrics make of values: small cases with their numbers written out, on either engine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetricResult } from '../../core/api/search';
import { TRACE_SORTS } from '../../core/api/trace-list-query';
import { rfc3339FromNs } from '../../core/model/time';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
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
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import type { PlainSpan, PlainValue } from '../fixtures/plain-trace';
import { requestOf } from '../fixtures/random-queries';
import { T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const SECOND = 1_000_000_000n;
/** A whole minute. */
const BASE = (T0 / (60n * SECOND)) * 60n * SECOND;
const at = (seconds: number): bigint => BASE + BigInt(Math.round(seconds * 1_000)) * 1_000_000n;
const timeAt = (seconds: number): string => rfc3339FromNs(at(seconds));

let last = 0;
function span(trace: number, from: number, to: number, more: Partial<PlainSpan> = {}): PlainSpan {
  return {
    traceId: traceIdOf(trace),
    spanId: (++last).toString(16).padStart(16, '0'),
    parentSpanId: null,
    service: 'web',
    name: 'work',
    kind: 'internal',
    status: 'unset',
    statusMessage: '',
    startNs: at(from),
    endNs: at(to),
    attributes: {},
    resource: { 'service.name': 'web' },
    scope: { name: '', version: '', attributes: {} },
    events: [],
    links: [],
    ...more,
  };
}

function eventOf(name: string): PlainSpan['events'][number] {
  return { name, timeNs: at(900), attributes: {} };
}

const child = span(5, 900, 901, { name: 'child', attributes: { tier: 'leaf', flag: 'true' } });
/** Ends a minute after its root; the last span of all starts after the last trace. */
const SPANS: readonly PlainSpan[] = [
  span(1, 0, 10, { name: 'before' }),
  span(2, 50, 130, { name: 'across both ends', status: 'error' }),
  span(3, 95, 101, { name: 'into it' }),
  span(4, 103, 104, { name: 'within' }),
  span(4, 400, 401, { name: 'late', parentSpanId: '00000000000000aa' }),
  // Eleven minutes before the range: an index knows it.
  span(6, -700, 102, { name: 'long' }),
  span(7, 105, 106, { name: 'after' }),
  span(5, 890, 902, { name: 'parent', spanId: '00000000000000ff', attributes: { tier: 'top', flag: true } }),
  { ...child, parentSpanId: '00000000000000ff', events: [eventOf('retry'), eventOf('exception'), eventOf('retry')] },
  span(5, 960, 961, { name: 'tail', parentSpanId: '00000000000000ff', attributes: { list: ['x', 'y'] as PlainValue } }),
];
const RANGE = { from: timeAt(100), to: timeAt(105) };

describe.each([pgliteDatabases(), postgresDatabases()])('a time range on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let list: TraceList;
  let histogram: TraceHistogram;
  let queries: QueryRunner;

  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    for (const part of [0, 1]) {
      const { batch } = decodeTraces(protobufFromTraceJson(requestOf(SPANS.filter((_, i) => i % 2 === part))));
      await new StoreWriter(sql, WORKSPACE, deflateCodec).append([batch]);
    }
    const searcher = new Searcher(sql, WORKSPACE, deflateCodec, new BlockSummaries(sql, WORKSPACE));
    list = new TraceList(sql, searcher, new TraceReader(sql, WORKSPACE));
    histogram = new TraceHistogram(sql, WORKSPACE, searcher);
    queries = new QueryRunner(sql, list, histogram, searcher);
  });
  afterAll(async () => {
    await drop();
    await databases.stop();
  });

  const metric = async (query: string, range: object = {}): Promise<MetricResult> => {
    const result = await queries.run({ query, waitMs: 60_000, ...range });
    if (result.kind !== 'metrics') throw new Error('not a metric');
    return result;
  };
  const totals = async (query: string): Promise<Record<string, number>> => {
    const { series } = await metric(query);
    const sum = (values: readonly (number | null)[]): number =>
      values.reduce<number>((all, value) => all + (value ?? 0), 0);
    return Object.fromEntries(series.map(({ labels, values }) => [Object.values(labels).join(), sum(values)]));
  };

  it.each([
    ['', [4, 3, 2, 6]],
    ['{ }', [4, 3, 2, 6]],
    ['{ status = error }', [2]],
    ['{ duration > 0ms }', [4, 3, 2, 6]],
    ['{ name = "late" }', [4]],
    ['{ duration > 5s } || { name = "within" }', [4, 3, 2, 6]],
    ['{ } | count() > 1', [4]],
    ['{ trace:duration > 5s }', [4, 3, 2, 6]],
  ])('finds the traces that overlap it: %s', async (query, wanted) => {
    const ids = wanted.map(traceIdOf);
    const page = await list.page({ query, ...RANGE, waitMs: 60_000 });
    expect(page.data.map(({ traceId }) => traceId)).toEqual(ids);
    expect(page.search).toMatchObject({ complete: true, progress: 1 });
    const found: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const next = await list.page({ query, ...RANGE, limit: 1, waitMs: 60_000, ...(cursor ? { cursor } : {}) });
      found.push(...next.data.map(({ traceId }) => traceId));
      if (next.data.length > 0) expect(next.search).toMatchObject({ complete: true, progress: 1 });
      if (!next.pagination.nextCursor) break;
      cursor = next.pagination.nextCursor;
    }
    expect(found).toEqual(ids);
    for (const sort of TRACE_SORTS) {
      const sorted = await list.page({ query, ...RANGE, sort, waitMs: 60_000 });
      expect(sorted.data.map(({ traceId }) => traceId).sort()).toEqual([...ids].sort());
    }
  });

  it('counts in the histogram what the list finds', async () => {
    for (const query of ['', '{ status = error }', '{ } | count() > 0']) {
      const page = await list.page({ query, ...RANGE, waitMs: 60_000 });
      const { counts, of } = await histogram.count({ query, ...RANGE, buckets: 5, waitMs: 60_000 });
      expect(of).toBe('traces');
      expect(counts.reduce((a, b) => a + b, 0)).toBe(page.data.length);
    }
  });

  it('counts spans where they start, whatever leads to them', async () => {
    const bySpans = await metric('{ } | count_over_time()', RANGE);
    const byTraces = await metric('{ } | count() > 0 | count_over_time()', RANGE);
    for (const { series } of [bySpans, byTraces]) {
      expect(series.flatMap(({ values }) => values).reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBe(1);
    }
    const groups = await queries.groups({ query: '{ } | count() > 0', by: 'name', ...RANGE, waitMs: 60_000 });
    expect(groups.groups.map(({ value }) => value)).toEqual(['within']);
  });

  it('ends after the newest span where none is given, in steps that people count in', async () => {
    const result = await metric('{ } | count_over_time()');
    expect(result.complete).toBe(true);
    const counted = result.series.flatMap(({ values }) => values).reduce<number>((sum, value) => sum + (value ?? 0), 0);
    expect(counted).toBe(SPANS.length);
    // 1,661 seconds from the first to the last.
    expect(result.stepNs).toBe(30e9);
    const later = await metric('{ } | rate()', { from: timeAt(960) });
    expect(later).toMatchObject({ from: timeAt(960), to: timeAt(961), stepNs: 1e9 });
    expect(later.series[0]?.values).toEqual([1]);
  });

  it('puts a span into a series of each of its values', async () => {
    expect(await totals('{ } | count_over_time() by(event:name)')).toEqual({ nil: 9, retry: 1, exception: 1 });
    expect(await totals('{ } | count_over_time() by(span.list)')).toEqual({ nil: 9, x: 1, y: 1 });
    const { groups } = await queries.groups({ query: '{ }', by: 'span.list', waitMs: 60_000 });
    expect(groups.map(({ value, spans }) => [value, spans])).toEqual([
      ['nil', 9],
      ['x', 1],
      ['y', 1],
    ]);
  });

  it('keeps the text "true" apart from what is true', async () => {
    const wanted = { nil: 8, '"true"': 1, true: 1 };
    expect(await totals('{ } | count_over_time() by(span.flag)')).toEqual(wanted);
    const { groups } = await queries.groups({ query: '{ }', by: 'span.flag', waitMs: 60_000 });
    expect(Object.fromEntries(groups.map(({ value, spans }) => [value, spans]))).toEqual(wanted);
  });

  it('asks the parent of a span', async () => {
    const found = await list.page({ query: '{ parent.tier = "top" && span.tier = "leaf" }', waitMs: 60_000 });
    expect(found.data.map(({ traceId, matchedSpans }) => [traceId, matchedSpans])).toEqual([[traceIdOf(5), 1]]);
    expect(await totals('{ } | count_over_time() by(parent.tier)')).toEqual({ nil: 8, top: 2 });
  });

  it('calculates with metrics, counts steps without spans as 0, and compares a selection of any traces', async () => {
    const ratio = await metric('100 * (({ status = error } | count_over_time()) / ({ } | count_over_time()))');
    expect(ratio.series.flatMap(({ values }) => values).filter((value) => value !== null && value > 0)).toEqual([100]);
    const idle = await metric('{ name = "within" } | rate() < 0.0001');
    expect(idle.series[0]?.values.filter((value) => value === 0).length).toBe((idle.series[0]?.values.length ?? 0) - 1);
    const least = await metric('{ } | rate() by(name) | bottomk(1)');
    expect(least.series.flatMap(({ values }) => values).filter((value) => value === null || value === 0)).not.toEqual(
      [],
    );
    const compared = await metric('{ } | count() > 0 | compare({ span.tier = "top" })');
    expect(compared.series.find(({ labels }) => labels.set === 'selection total')?.values).toEqual([1]);
  });
});
