/** The compiled search finds what the definition of TraceQL says, in the order of the list, on either engine. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { parseTraceql } from '../../core/query/traceql/parse';
import { BlockSummaries } from '../../core/store/block-summaries';
import { migrate } from '../../core/store/migrate';
import type { TimeRange } from '../../core/store/search/block-plan';
import type { Place } from '../../core/store/search/candidates';
import { Searcher } from '../../core/store/search/searcher';
import type { SqlClient } from '../../core/store/sql-client';
import { StoreWriter } from '../../core/store/store-writer';
import { deleteTrace, restoreTrace } from '../../core/store/trace-removal';
import { deflateCodec } from '../../workers/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { naiveMatches, type PlainSpan } from '../fixtures/naive-traceql';
import { anyQuery, anyTraces, requestOf } from '../fixtures/random-queries';

const WORKSPACE = 1;
const NOBODY_WAITS = Number.POSITIVE_INFINITY;
const EVERYTHING = { from: null, to: null };

interface Found {
  readonly traceId: string;
  readonly count: number;
}

describe.each([pgliteDatabases(), postgresDatabases()])('TraceQL on $name', (databases) => {
  const [traces = []] = fc.sample(anyTraces, { seed: 11, numRuns: 1 });
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let searcher: Searcher;

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
      const running = await searcher.search(parseTraceql(text), range, after);
      const { matches, done } = await running.next(limit, NOBODY_WAITS);
      found.push(...matches.map(({ trace, count }) => ({ traceId: trace.trace_id, count })));
      const last = matches.at(-1)?.trace;
      if (done || !last) return found;
      after = { startNs: last.start_ns, traceId: last.trace_id };
    }
  };

  const search = async (text: string): Promise<Found[]> => {
    const running = await searcher.search(parseTraceql(text), EVERYTHING, null);
    const { matches, done } = await running.next(1_000, NOBODY_WAITS);
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
        const start = startOf(traces.find((trace) => trace[0]?.traceId === traceId) ?? []);
        return start >= from && start < to;
      });
    await fc.assert(
      fc.asyncProperty(anyQuery, async (text) => {
        expect(await pages(text, EVERYTHING, 3)).toEqual(expected(text));
        expect(await pages(text, { from, to }, 4)).toEqual(within(text));
        const running = await searcher.search(parseTraceql(text), { from, to }, null);
        const found: string[] = [];
        for (let done = false; !done; ) {
          // No time at all: each call takes one step.
          const step = await running.next(2, 0);
          found.push(...step.matches.map(({ trace }) => trace.trace_id));
          expect(step.matches.length).toBeLessThanOrEqual(2);
          done = step.done;
        }
        expect(found).toEqual(within(text).map(({ traceId }) => traceId));
      }),
      { numRuns: 25 },
    );
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
