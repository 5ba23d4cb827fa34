/** What the timeline asks of the store, on both engines: spans that came since, marks, annotations, what became of a trace. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoreService } from '../../core/operations/store-service';
import { DecodeBudget } from '../../core/otlp/decode-budget';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { parseTraceql } from '../../core/query/traceql/parse';
import { Turns } from '../../core/query/traceql/turns';
import { type SampleSpan, traceRequest } from '../../core/samples/otlp-builder';
import { BlockSummaries } from '../../core/store/blocks/block-summaries';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { Annotations } from '../../core/store/people/annotations';
import { deleteTrace, restoreTrace } from '../../core/store/pruning/trace-removal';
import { readMarks } from '../../core/store/read/mark-reader';
import { readSpanAttribute } from '../../core/store/read/span-attribute';
import { TraceReader } from '../../core/store/read/trace-reader';
import { migrate } from '../../core/store/schema/migrate';
import { Searcher } from '../../core/store/search/searcher';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { Timeline } from '../../services/timeline/timeline-service';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, drawnSpans, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const LOOK = { adjustClocks: true, search: '' };
const VIEW = {
  ...LOOK,
  sort: 'tree',
  descending: false,
  onlyMatches: false,
  foldDepth: null,
  foldServices: [],
  toggled: [],
} as const;

describe.each([pgliteDatabases(), postgresDatabases()])('timeline store on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let writer: StoreWriter;
  let reader: TraceReader;
  let matchingSpans: StoreService['matchingSpans'];

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    reader = new TraceReader(sql, WORKSPACE);
    const searcher = new Searcher(sql, WORKSPACE, deflateCodec, new BlockSummaries(sql, WORKSPACE));
    matchingSpans = (id, traceql) => searcher.spansOf(parseTraceql(traceql), id, new Turns());
  });
  afterEach(() => drop());

  it('reads only spans stored since, and lays the trace out again in place', async () => {
    const spans = drawnSpans(traceIdOf(1), 'root 10..100 web\n  b 50..60 db\n  a 20..30 web\nearly 0..5 web');
    await writer.append([batchOf(spans.slice(0, 2))]);
    const asked: (string | null)[] = [];
    const rows: number[] = [];
    const timeline = new Timeline({
      async traceSpans(id, since) {
        asked.push(since);
        const answer = await reader.traceSpans(id, since);
        rows.push(answer.rows.length);
        return answer;
      },
      operations: (ids) => reader.operations(ids),
      traceSummary: (id) => reader.summary(id),
      spanMarks: async () => [],
      agentSpans: async () => new BigInt64Array(),
      spanMessages: async () => [],
      listLogs: async () => ({
        data: [],
        pagination: { nextCursor: null, hasMore: false },
        search: { complete: true, progress: 1 },
      }),
      sessionTraces: async () => [],
      turnMessages: async () => [],
      spanAttribute: (id, key) => readSpanAttribute(sql, 1, id, key),
      matchingSpans,
    });
    const names = async () => {
      const { operation, operations, length, startNs } = await timeline.timelineRows(traceIdOf(1), VIEW, 0, 10);
      return Array.from(
        { length },
        (_, k) => `${operations[operation[k] as number]?.name} ${(startNs[k] as number) / 1e6}`,
      );
    };
    expect(await timeline.openTimeline(traceIdOf(1), LOOK)).toMatchObject({
      version: 2,
      spanCount: 2,
      staleForMs: null,
    });
    expect(await names()).toEqual(['root 0', 'b 40']);
    await timeline.openTimeline(traceIdOf(1), LOOK);
    expect(asked).toHaveLength(1);
    // One of another trace in the same transaction, and one that begins before all others.
    await writer.append([batchOf([...spans.slice(2), ...drawnSpans(traceIdOf(2), 'other 0..1')])]);
    let info = await timeline.openTimeline(traceIdOf(1), LOOK);
    while (info.staleForMs !== null) {
      await new Promise((resolve) => setTimeout(resolve, info.staleForMs ?? 0));
      info = await timeline.openTimeline(traceIdOf(1), LOOK);
    }
    expect(info).toMatchObject({ version: 4, spanCount: 4 });
    expect(await names()).toEqual(['early -10', 'root 0', 'a 10', 'b 40']);
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatch(/^\d+$/);
    // As many rows as were new.
    expect(rows[1]).toBe(rows[0]);
    await timeline.closeTimeline(traceIdOf(1));
    expect(await names()).toEqual(['early 0', 'root 10', 'a 20', 'b 50']);
    expect(asked[2]).toBeNull();
  });

  it('takes parents in whatever order they come, thousands in a transaction', async () => {
    const count = 3_000;
    const chain = Array.from({ length: count }, (_, i) => ({
      traceId: traceIdOf(3),
      spanId: (i + 1).toString(16).padStart(16, '0'),
      ...(i === 0 ? {} : { parentSpanId: i.toString(16).padStart(16, '0') }),
      service: 'web',
      name: 'n',
      startNs: T0,
      endNs: T0 + 1n,
    }));
    const backwards = chain.reverse();
    await writer.append([batchOf(backwards.filter((_, i) => i % 2 === 0))]);
    expect(await reader.summary(traceIdOf(3))).toMatchObject({ incomplete: true });
    await writer.append([batchOf(backwards.filter((_, i) => i % 2 === 1))]);
    expect(await reader.summary(traceIdOf(3))).toMatchObject({ incomplete: false, spanCount: count });
    expect(await sql.query('select span_id from missing_parent')).toEqual([]);
  });

  it('groups lanes by the thread that spans name', async () => {
    const threads = ['1', '2', '1', null];
    const spans = drawnSpans(traceIdOf(2), 'a 0..10\nb 0..10\nc 20..30\nd 0..10').map((span, i) =>
      threads[i] === null ? span : { ...span, attributes: { 'thread.id': Number(threads[i]) } },
    );
    await writer.append([batchOf(spans)]);
    const timeline = new Timeline({
      traceSpans: (id, since) => reader.traceSpans(id, since),
      operations: (ids) => reader.operations(ids),
      traceSummary: (id) => reader.summary(id),
      spanMarks: async () => [],
      agentSpans: async () => new BigInt64Array(),
      spanMessages: async () => [],
      listLogs: async () => ({
        data: [],
        pagination: { nextCursor: null, hasMore: false },
        search: { complete: true, progress: 1 },
      }),
      sessionTraces: async () => [],
      turnMessages: async () => [],
      spanAttribute: (id, key) => readSpanAttribute(sql, WORKSPACE, id, key),
      matchingSpans,
    });
    const { groups } = await timeline.timelineLanes(traceIdOf(2), LOOK, 'thread');
    const sizes = Object.fromEntries(groups.map(({ name, items, count }) => [name, [items, count]]));
    expect(sizes).toEqual({ 'test #1': [2, 1], 'test #2': [1, 1], test: [1, 1] });

    // TraceQL within the trace: the store finds what the columns here do not have.
    const look = { ...LOOK, search: '{ span.thread.id = 1 }' };
    expect(await timeline.openTimeline(traceIdOf(2), look)).toMatchObject({ matches: 2 });
    const view = { ...VIEW, search: '{ span.thread.id = 1 } ~ { } || { name = "d" }', onlyMatches: true };
    const { length, operation, operations } = await timeline.timelineRows(traceIdOf(2), view, 0, 10);
    expect(Array.from({ length }, (_, k) => operations[operation[k] as number]?.name)).toEqual(['d']);
    await expect(timeline.openTimeline(traceIdOf(2), { ...LOOK, search: '{ oops' })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    });
  });

  it('finds events and links of spans', async () => {
    const [first, second] = drawnSpans(traceIdOf(4), 'a 0..10\nb 20..30');
    const events = [
      { name: 'exception', timeNs: T0 + 5n },
      { name: 'retry', timeNs: T0 + 7n, attributes: { attempt: 2 } },
    ];
    const links = [{ traceId: traceIdOf(5), spanId: '2'.repeat(16) }];
    await writer.append([batchOf([{ ...first, events, links } as never, second as never])]);
    const marks = await readMarks(sql, deflateCodec, WORKSPACE, traceIdOf(4), [1n, 2n, 99n]);
    expect(marks).toEqual([
      { spanId: 1n, kind: 'exception', timeNs: T0 + 5n, name: 'exception' },
      { spanId: 1n, kind: 'event', timeNs: T0 + 7n, name: 'retry' },
      { spanId: 1n, kind: 'link', timeNs: null, name: 'link' },
    ]);
  });

  it('marks spans that do not stand at the time that was sent', async () => {
    const [unset, early, right] = drawnSpans(traceIdOf(7), 'a 0..10\nb 20..30\nc 40..50');
    const spans = [
      { ...(unset as SampleSpan), startNs: 0n, endNs: 0n },
      { ...(early as SampleSpan), startNs: 17n, endNs: 18n },
      right as SampleSpan,
    ];
    const request = protobufFromTraceJson(traceRequest(spans));
    await writer.append([decodeTraces(request, null, new DecodeBudget(), T0).batch]);
    expect(await readMarks(sql, deflateCodec, WORKSPACE, traceIdOf(7), [1n, 2n, 3n])).toEqual([
      { spanId: 1n, kind: 'clock', timeNs: null, name: 'time unknown' },
      { spanId: 2n, kind: 'clock', timeNs: null, name: 'clock off' },
    ]);
  });

  it('keeps bookmarks and notes, and takes empty ones away', async () => {
    await writer.append([batchOf(drawnSpans(traceIdOf(6), 'a 0..10'))]);
    const annotations = new Annotations(sql, WORKSPACE);
    const span = '0000000000000001';
    await annotations.set(traceIdOf(6), span, { bookmarked: true, note: '' });
    await annotations.set(traceIdOf(6), span, { bookmarked: true, note: 'look \0 here' });
    expect(await annotations.ofTrace(traceIdOf(6))).toMatchObject([
      { spanId: span, bookmarked: true, note: 'look ␀ here' },
    ]);
    await annotations.set(traceIdOf(6), span, { bookmarked: false, note: '' });
    expect(await annotations.ofTrace(traceIdOf(6))).toEqual([]);
    const unknown = annotations.set(traceIdOf(6), 'f'.repeat(16), { bookmarked: true, note: '' });
    await expect(unknown).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('says whether a trace never came, was deleted or was pruned', async () => {
    await writer.append([batchOf(drawnSpans(traceIdOf(7), 'a 0..10\n  b 1..2'))]);
    await deleteTrace(sql, WORKSPACE, traceIdOf(7));
    expect((await reader.summaries([traceIdOf(7)])).size).toBe(0);
    expect(await reader.counts()).toMatchObject({ traces: 0, spans: 0 });
    const why = (n: number) =>
      reader.summary(traceIdOf(n)).then(
        () => null,
        (error: { details: { code: string }[]; message: string }) => [error.details[0]?.code, error.message],
      );
    expect(await why(7)).toEqual([
      'deleted',
      expect.stringMatching(/^This trace was deleted at \d{4}-.* It can be restored/),
    ]);
    await expect(deleteTrace(sql, WORKSPACE, traceIdOf(7))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await restoreTrace(sql, WORKSPACE, traceIdOf(7));
    expect(await reader.counts()).toMatchObject({ traces: 1, spans: 2 });
    expect(await why(7)).toBeNull();
    await sql.query('insert into pruned_trace (workspace_id, trace_id) values ($1, $2::uuid)', [
      WORKSPACE,
      traceIdOf(8),
    ]);
    expect(await why(8)).toEqual(['pruned', expect.stringMatching(/^This trace was pruned at/)]);
    expect(await why(9)).toEqual(['unknown', expect.stringContaining('is not stored here')]);
  });
});
