/** The compiled search finds what the definition of TraceQL says, in the order of the list, on either engine. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HeatmapCell } from '../../core/api/contract';
import { TRACE_SORTS } from '../../core/api/trace-list-query';
import { nsFromText } from '../../core/model/time';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { parseTraceql } from '../../core/query/traceql/parse';
import { Turns } from '../../core/query/traceql/turns';
import { BlockSummaries } from '../../core/store/blocks/block-summaries';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { deleteTrace, restoreTrace } from '../../core/store/pruning/trace-removal';
import { TraceReader } from '../../core/store/read/trace-reader';
import { migrate } from '../../core/store/schema/migrate';
import type { TimeRange } from '../../core/store/search/block-plan';
import type { Place } from '../../core/store/search/candidates';
import { groupField, groupSpans } from '../../core/store/search/group-spans';
import { QueryRunner } from '../../core/store/search/query-runner';
import { Searcher } from '../../core/store/search/searcher';
import { TraceHistogram } from '../../core/store/search/trace-histogram';
import { TraceList } from '../../core/store/search/trace-list';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { naiveCells, naiveMatches } from '../fixtures/naive-traceql';
import type { PlainSpan } from '../fixtures/plain-trace';
import { anyMetric, anyQuery, anyTraces, requestOf } from '../fixtures/random-queries';

const WORKSPACE = 1;
const EVERYTHING = { from: null, to: null };

interface Found {
  readonly traceId: string;
  readonly count: number;
}

/** The cells by what labels say: text, or a literal where two values of different types read the same. */
function labelled(cells: ReadonlyMap<string, number[]>): Map<string, number[]> {
  const textOf = (literal: string): string => (literal.startsWith('"') ? (JSON.parse(literal) as string) : literal);
  const literals = new Map<string, Set<string>>();
  const parsed = [...cells].map(([key, numbers]) => {
    const [step, ...names] = JSON.parse(key) as [number, ...string[]];
    const text = JSON.stringify(names.map(textOf));
    if (step >= 0) literals.set(text, (literals.get(text) ?? new Set()).add(JSON.stringify(names)));
    return { step, names, text, numbers };
  });
  return new Map(
    parsed.map(({ step, names, text, numbers }) => {
      const isAlone = (literals.get(text)?.size ?? 0) < 2;
      return [JSON.stringify([step, ...(isAlone ? names.map(textOf) : names)]), numbers];
    }),
  );
}

function withoutLong(span: PlainSpan): PlainSpan {
  const short = Object.entries(span.attributes).map(([key, value]) => {
    const isLong = [value].flat().some((one) => typeof one === 'string' && one.length > 100);
    return [key, isLong ? 'long or rare values' : value];
  });
  return { ...span, attributes: Object.fromEntries(short) };
}

/** What a metric makes of the numbers of a cell; null of none. */
function measured(name: string, numbers: readonly number[], q: number, bucket: number | null): number | null {
  if (numbers.length === 0) return null;
  const sum = numbers.reduce((a, b) => a + b, 0);
  const sorted = [...numbers].sort((a, b) => a - b);
  switch (name) {
    case 'rate':
      return numbers.length / 120;
    case 'count_over_time':
      return numbers.length;
    case 'sum_over_time':
      return sum;
    case 'avg_over_time':
      return sum / numbers.length;
    case 'min_over_time':
      return sorted[0] ?? null;
    case 'max_over_time':
      return sorted.at(-1) ?? null;
    case 'quantile_over_time': {
      // Sketches are of durations: what is below 1 counts as 0.
      const at = sorted[Math.max(0, Math.ceil(q * sorted.length - 1e-9) - 1)] ?? 0;
      return at < 1 ? 0 : at;
    }
    default: {
      const within = numbers.filter((n) => (n <= 0 ? bucket === 0 : bucket === 2 ** Math.ceil(Math.log2(n))));
      return within.length === 0 ? null : within.length;
    }
  }
}

describe.each([pgliteDatabases(), postgresDatabases()])('TraceQL on $name', (databases) => {
  const [traces = []] = fc.sample(anyTraces, { seed: 11, numRuns: 1 });
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let searcher: Searcher;
  let queries: QueryRunner;

  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    // Each writer closes the block of the one before; spans of a trace lie in several, the last is open.
    const spans = traces.flat();
    for (let part = 0; part < 6; part++) {
      const request = requestOf(spans.filter((_, i) => (i * 7) % 6 === part));
      const { batch } = decodeTraces(protobufFromTraceJson(request));
      await new StoreWriter(sql, WORKSPACE, deflateCodec).append([batch]);
    }
    searcher = new Searcher(sql, WORKSPACE, deflateCodec, new BlockSummaries(sql, WORKSPACE));
    const list = new TraceList(sql, searcher, new TraceReader(sql, WORKSPACE));
    queries = new QueryRunner(sql, list, new TraceHistogram(sql, WORKSPACE, searcher), searcher);
  });
  afterAll(async () => {
    await drop();
    await databases.stop();
  });

  const startOf = (trace: readonly PlainSpan[]): bigint =>
    trace.reduce((least, { startNs }) => (startNs < least ? startNs : least), trace[0]?.startNs ?? 0n);

  const expected = (text: string): Found[] => {
    const query = parseTraceql(text);
    return [...traces]
      .sort((a, b) => {
        const [x, y] = [startOf(a), startOf(b)];
        if (x !== y) return x > y ? -1 : 1;
        return (a[0]?.traceId ?? '') > (b[0]?.traceId ?? '') ? -1 : 1;
      })
      .flatMap((trace) => {
        const sets = naiveMatches(query, trace);
        return sets.length === 0 ? [] : [{ traceId: trace[0]?.traceId ?? '', count: sets.flat().length }];
      });
  };

  /** Each page by a search of its own, which knows only where the page before ended. */
  const pages = async (text: string, range: TimeRange, limit: number): Promise<Found[]> => {
    const found: Found[] = [];
    for (let after: Place | null = null; ; ) {
      const running = await searcher.search(parseTraceql(text), range, after, new Turns());
      const { matches, done } = await running.next(limit);
      found.push(...matches.map(({ trace, count }) => ({ traceId: trace.trace_id, count })));
      const last = matches.at(-1)?.trace;
      if (done || !last) return found;
      after = { at: last.start_ns, traceId: last.trace_id };
    }
  };

  const search = async (text: string): Promise<Found[]> => {
    const running = await searcher.search(parseTraceql(text), EVERYTHING, null, new Turns());
    const { matches, done } = await running.next(1_000);
    expect(done).toBe(true);
    return matches.map(({ trace, count }) => ({ traceId: trace.trace_id, count }));
  };

  it('finds what the definition says, for any query', async () => {
    await fc.assert(
      fc.asyncProperty(anyQuery, async (text) => {
        expect(await search(text)).toEqual(expected(text));
      }),
      { numRuns: process.env.QUERIES ? Number(process.env.QUERIES) : 150 },
    );
  });

  it('draws queries that some traces match and some do not', () => {
    const counts = fc.sample(anyQuery, { seed: 5, numRuns: 200 }).map((text) => expected(text).length);
    expect(counts.filter((count) => count > 0 && count < traces.length).length).toBeGreaterThan(60);
  });

  it('gives the same in pages, within a time range, and a little at a time', async () => {
    const from = startOf(traces[4] ?? []);
    const to = startOf(traces[24] ?? []);
    const within = (text: string): Found[] =>
      expected(text).filter(({ traceId }) => {
        const trace = traces.find((one) => one[0]?.traceId === traceId) ?? [];
        return startOf(trace) < to && trace.some(({ endNs }) => endNs >= from);
      });
    await fc.assert(
      fc.asyncProperty(anyQuery, async (text) => {
        expect(await pages(text, EVERYTHING, 3)).toEqual(expected(text));
        expect(await pages(text, { from, to }, 4)).toEqual(within(text));
        const running = await searcher.search(parseTraceql(text), { from, to }, null, new Turns(undefined, 0));
        const found: string[] = [];
        for (let done = false; !done; ) {
          // No time at all: each call takes one step.
          const step = await running.next(2);
          found.push(...step.matches.map(({ trace }) => trace.trace_id));
          expect(step.matches.length).toBeLessThanOrEqual(2);
          done = step.done;
        }
        expect(found).toEqual(within(text).map(({ traceId }) => traceId));
      }),
      { numRuns: 25 },
    );
  });

  it('sorts what it finds by any value of a trace, in pages', async () => {
    const facts = (traceId: string) => {
      const trace = traces.find(([span]) => span?.traceId === traceId) ?? [];
      const end = trace.reduce((last, { endNs }) => (endNs > last ? endNs : last), startOf(trace));
      return {
        startTime: startOf(trace),
        durationNs: end - startOf(trace),
        spanCount: BigInt(trace.length),
        errorCount: BigInt(trace.filter(({ status }) => status === 'error').length),
      };
    };
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(anyQuery, fc.constantFrom('{ }', '{ status = error }')),
        fc.constantFrom(...TRACE_SORTS),
        fc.boolean(),
        async (text, sort, resumes) => {
          const by = sort.replace('-', '') as keyof ReturnType<typeof facts>;
          const sorted = expected(text).sort((a, b) => {
            const [x, y] = [facts(a.traceId)[by], facts(b.traceId)[by]];
            if (x !== y) return x > y === sort.startsWith('-') ? -1 : 1;
            return a.traceId > b.traceId ? -1 : 1;
          });
          const found: Found[] = [];
          const turns = new Turns(undefined, resumes ? 0 : undefined);
          let running = await searcher.search(parseTraceql(text), EVERYTHING, null, turns, sort);
          for (let done = false; !done; ) {
            const step = await running.next(3);
            found.push(...step.matches.map(({ trace, count }) => ({ traceId: trace.trace_id, count })));
            done = step.done;
            // Another process, which knows only where the page before ended.
            if (!resumes) running = await searcher.search(parseTraceql(text), EVERYTHING, running.last, turns, sort);
          }
          expect(found).toEqual(sorted);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('counts the same by time as by time and duration', async () => {
    await fc.assert(
      fc.asyncProperty(anyQuery, async (text) => {
        const asked = { query: text, buckets: 7, waitMs: 60_000 };
        const histogram = new TraceHistogram(sql, WORKSPACE, searcher);
        const { counts, errors, of } = await histogram.count(asked);
        const { cells } = await histogram.heatmap(asked);
        const byTime = (value: (cell: HeatmapCell) => number): number[] =>
          counts.map((_, i) => cells.reduce((sum, cell) => sum + (cell.bucket === i ? value(cell) : 0), 0));
        expect(byTime(({ count }) => count)).toEqual(counts);
        expect(byTime((cell) => cell.errors)).toEqual(errors);
        const total = counts.reduce((sum, count) => sum + count, 0);
        const found = expected(text);
        if (of === 'traces') expect(total).toBe(found.length);
        else expect(total).toBe(found.reduce((sum, { count }) => sum + count, 0));
      }),
      { numRuns: 25 },
    );
    const { cells } = await new TraceHistogram(sql, WORKSPACE, searcher).heatmap({ buckets: 1 });
    const bands = traces.map((trace) => {
      const end = trace.reduce((last, { endNs }) => (endNs > last ? endNs : last), startOf(trace));
      return Math.floor(2 * Math.log2(Math.max(Number(end - startOf(trace)), 1)) + 1e-12);
    });
    for (const { band, count } of cells) expect(bands.filter((one) => one === band)).toHaveLength(count);
  });

  it('measures what the definition says, for any metric', async () => {
    await fc.assert(
      fc.asyncProperty(anyMetric, async (text) => {
        const result = await queries.run({ query: text, stepNs: 120_000_000_000, waitMs: 60_000 });
        if (result.kind !== 'metrics') throw new Error('not a metric');
        const query = parseTraceql(text);
        const { metrics } = query;
        if (metrics?.kind !== 'metric') throw new Error('not a metric');
        const from = nsFromText(result.from) as bigint;
        const to = nsFromText(result.to) as bigint;
        const cells = labelled(
          naiveCells(query, traces, ({ startNs }) =>
            startNs < from || startNs >= to ? -1 : Number((startNs - from) / 120_000_000_000n),
          ),
        );
        let compared = 0;
        for (const { labels, values } of result.series) {
          const { p = '0', bucket, ...names } = labels;
          for (const [step, value] of values.entries()) {
            const numbers = cells.get(JSON.stringify([step, ...Object.values(names)])) ?? [];
            const wanted = measured(metrics.name, numbers, Number(p), bucket === undefined ? null : Number(bucket));
            if (value === null) expect(wanted ?? null).toBeNull();
            else expect(Math.abs(value - (wanted ?? Number.NaN))).toBeLessThanOrEqual(Math.abs(value) * 0.011 + 1e-9);
            if (value !== null) compared++;
          }
        }
        const filled = [...cells.keys()].filter((key) => !key.startsWith('[-1'));
        expect(compared > 0).toBe(filled.length > 0);
        expect(result.complete).toBe(true);
      }),
      { numRuns: process.env.QUERIES ? Number(process.env.QUERIES) : 80 },
    );
  });

  it('groups what a query finds by a field', async () => {
    const fields = fc.constantFrom(
      'name',
      'resource.service.name',
      'status',
      'span.http.method',
      '.region',
      'kind',
      'rootName',
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 3, arbitrary: anyQuery }, fc.constant('{ }')), fields, async (text, by) => {
        const { groups, complete } = await queries.groups({ query: text, by, waitMs: 60_000 });
        expect(complete).toBe(true);
        const query = parseTraceql(text);
        const metric = parseTraceql(`{ } | count_over_time() by(${by})`).metrics;
        // What is too long for the dictionary is one group, where spans are grouped by an attribute of theirs.
        const shown = by.startsWith('span.')
          ? traces.flatMap((trace) =>
              naiveMatches(query, trace)
                .flat()
                .map((span) => [withoutLong(span)]),
            )
          : traces;
        const pipeline = by.startsWith('span.') ? parseTraceql('{ }').pipeline : query.pipeline;
        const cells = labelled(
          naiveCells({ ...query, pipeline, metrics: metric }, shown, ({ status }) => (status === 'error' ? 1 : 0)),
        );
        const wanted = new Map<string, [number, number]>();
        for (const [key, numbers] of cells) {
          const [failed, group] = JSON.parse(key) as [number, string];
          const [spans, errors] = wanted.get(group) ?? [0, 0];
          wanted.set(group, [spans + numbers.length, errors + failed * numbers.length]);
        }
        const found = groups.map(({ value, spans, errors }) => [value, spans, errors]);
        expect(found.sort()).toEqual([...wanted].map(([value, counts]) => [value, ...counts]).sort());
      }),
      { numRuns: process.env.QUERIES ? Number(process.env.QUERIES) : 60 },
    );
  });

  it('knows the values of a key from the first question on', async () => {
    const fresh = new Searcher(sql, WORKSPACE, deflateCodec, new BlockSummaries(sql, WORKSPACE));
    const field = groupField('span.http.method');
    const [first, second] = [1, 2].map(() =>
      groupSpans(fresh, parseTraceql('{ }'), field, { from: null, to: null }, new Turns()),
    );
    expect((await first)?.groups.length).toBeGreaterThan(1);
    expect(await first).toEqual(await second);
  });

  it('compares a selection with the rest', async () => {
    const result = await queries.run({ query: '{ } | compare({ status = error })', waitMs: 60_000 });
    if (result.kind !== 'metrics') throw new Error('not a metric');
    const countOf = (labels: Record<string, string>): number | null | undefined =>
      result.series.find((series) => JSON.stringify(series.labels) === JSON.stringify(labels))?.values[0];
    const from = nsFromText(result.from) as bigint;
    const to = nsFromText(result.to) as bigint;
    const spans = traces.flat().filter(({ startNs }) => startNs >= from && startNs < to);
    const failed = spans.filter(({ status }) => status === 'error');
    expect(countOf({ set: 'selection total' })).toBe(failed.length);
    expect(countOf({ set: 'baseline total' })).toBe(spans.length - failed.length);
    expect(countOf({ set: 'selection', name: 'SELECT' })).toBe(failed.filter(({ name }) => name === 'SELECT').length);
  });

  it('leaves out traces that are deleted', async () => {
    const text = '{ } | count() > 0';
    const [first, ...others] = expected(text);
    await deleteTrace(sql, WORKSPACE, first?.traceId ?? '');
    expect(await search(text)).toEqual(others);
    expect((await search('{ duration >= 0ms }')).map(({ traceId }) => traceId)).not.toContain(first?.traceId);
    await restoreTrace(sql, WORKSPACE, first?.traceId ?? '');
    expect(await search(text)).toEqual([first, ...others]);
  });
});
