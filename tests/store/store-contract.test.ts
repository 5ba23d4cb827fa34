/** One suite, two engines: what the store promises holds on PGlite and on PostgreSQL alike. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { shortName } from '../../core/model/short-name';
import type { SpanBatch } from '../../core/model/span-batch';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { BlockSummaries } from '../../core/store/blocks/block-summaries';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { readSpan } from '../../core/store/read/span-reader';
import { TraceReader } from '../../core/store/read/trace-reader';
import { MIGRATIONS, migrate, SchemaTooNewError } from '../../core/store/schema/migrate';
import { Searcher } from '../../core/store/search/searcher';
import { TraceHistogram } from '../../core/store/search/trace-histogram';
import { TraceList } from '../../core/store/search/trace-list';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { loadTrace } from '../../core/timeline/load-trace';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, drawnSpans, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;

describe.each([pgliteDatabases(), postgresDatabases()])('store on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let writer: StoreWriter;
  let reader: TraceReader;
  let list: TraceList;
  let histograms: TraceHistogram;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    reader = new TraceReader(sql, WORKSPACE);
    const searcher = new Searcher(sql, WORKSPACE, deflateCodec, new BlockSummaries(sql, WORKSPACE));
    list = new TraceList(sql, searcher, reader);
    histograms = new TraceHistogram(sql, WORKSPACE, searcher);
  });
  afterEach(() => drop());

  const store = async (...batches: SpanBatch[]) => writer.append(batches);
  const summary = (n: number) => reader.summary(traceIdOf(n));

  it('migrates once, and refuses data of a newer version without touching it', async () => {
    expect(await migrate(sql, deflateCodec)).toEqual([]);
    await sql.query('insert into schema_migration (version, name) values (99, $1)', ['future']);
    await expect(migrate(sql, deflateCodec)).rejects.toThrow(SchemaTooNewError);
    expect(await reader.counts()).toMatchObject({ spans: 0, traces: 0 });
    const versions = MIGRATIONS.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  it('keeps one row per trace with its root, services, errors and duration', async () => {
    await store(
      batchOf(
        drawnSpans(
          traceIdOf(1),
          `
          GET /a   0..100 web
            call   10..90 api
              SQL  20..60 db !timeout`,
        ),
      ),
    );
    expect(await summary(1)).toEqual({
      traceId: traceIdOf(1),
      agentSpanCount: 0,
      rootName: 'GET /a',
      rootService: 'web',
      startTime: '2023-11-14T22:13:20.000000000Z',
      durationNs: 100_000_000,
      spanCount: 3,
      errorCount: 1,
      failedCount: 0,
      services: ['api', 'db', 'web'],
      inputTokens: null,
      outputTokens: null,
      costUsd: null,
      costComplete: true,
      changes: 0,
      reportedCostUsd: null,
      sessionId: null,
      userId: null,
      agentName: null,
      incomplete: false,
    });
  });

  it('gives the same trace whatever order its spans arrive in', async () => {
    const drawing = `
      root      5..100 web
        early   0..10  api
        late    50..140 api !boom
          leaf  60..70 db`;
    const all = drawnSpans(traceIdOf(2), drawing);
    await store(batchOf(drawnSpans(traceIdOf(1), drawing)));
    const expected = { ...(await summary(1)), traceId: traceIdOf(2) };
    // Children first, each in a request of its own: the parent is missing until it comes.
    for (const [i, span] of [...all].reverse().entries()) {
      await store(batchOf([span]));
      expect((await summary(2)).incomplete).toBe(i < all.length - 1);
    }
    expect(await summary(2)).toEqual(expected);
  });

  it('stores a span once, however often and however it is sent again', async () => {
    const spans = drawnSpans(traceIdOf(1), 'a 0..10\n  b 1..9');
    expect(await store(batchOf(spans))).toEqual([{ stored: 2, duplicates: 0 }]);
    expect(await store(batchOf(spans))).toEqual([{ stored: 0, duplicates: 2 }]);
    const again = drawnSpans(traceIdOf(1), 'a 0..10\n  b 1..9\n  c 2..3');
    expect(await store(batchOf([...again, ...again]))).toEqual([{ stored: 1, duplicates: 5 }]);
    expect(await store(batchOf(spans), batchOf(spans))).toEqual([
      { stored: 0, duplicates: 2 },
      { stored: 0, duplicates: 2 },
    ]);
    expect(await summary(1)).toMatchObject({ spanCount: 3 });
    expect(await reader.counts()).toMatchObject({ spans: 3, traces: 1 });
    expect((await reader.listServices()).data[0]).toMatchObject({ name: 'test', spanCount: 3 });
  });

  it('lists newest first in pages that neither miss nor repeat, while traces arrive', async () => {
    const one = (n: number, at: number): SpanBatch => batchOf(drawnSpans(traceIdOf(n), `t${n} ${at}..${at + 5}`));
    // Several traces share a start, so that the tie-break carries pages too.
    await store(...Array.from({ length: 25 }, (_, i) => one(i + 1, Math.floor(i / 4))));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list.page({ limit: 7, cursor });
      seen.push(...page.data.map(({ rootName }) => rootName));
      if (cursor === undefined) await store(one(99, 1_000));
      cursor = page.pagination.nextCursor ?? undefined;
      expect(page.pagination.hasMore).toBe(cursor !== undefined);
    } while (cursor);
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
    expect(seen[0]).toBe('t25');
    expect((await list.page({ limit: 1 })).data[0]?.rootName).toBe('t99');
  });

  it('refuses a forged cursor and a bound that is no time', async () => {
    for (const cursor of ['x', 'AAAA', btoa('5:9:zz'), btoa(`5:99999999999999999999:${traceIdOf(1)}.1.0`)]) {
      await expect(list.page({ cursor })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    }
    await expect(list.page({ from: 'yesterday' })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  });

  it('filters by words, service, status and time, with hostile text as text', async () => {
    await store(
      batchOf(drawnSpans(traceIdOf(0xabc1), 'GET /orders 0..5 checkout')),
      batchOf(drawnSpans(traceIdOf(2), 'GET /100%_sure 1000..1005 web !boom')),
      batchOf(drawnSpans(traceIdOf(3), `x'; drop table span; -- 2000..2005 web`)),
    );
    const names = async (query: object) =>
      (await list.page({ ...query, waitMs: 30_000 })).data.map(({ rootName }) => rootName);
    expect(await names({ query: 'ORDERS' })).toEqual(['GET /orders']);
    expect(await names({ query: 'service:checkout' })).toEqual(['GET /orders']);
    expect(await names({ query: 'status:error' })).toEqual(['GET /100%_sure']);
    expect(await names({ query: 'status:ok service:web' })).toEqual(["x'; drop table span; --"]);
    expect(await names({ query: '0%_s' })).toEqual(['GET /100%_sure']);
    expect(await names({ query: '%' })).toEqual(['GET /100%_sure']);
    expect(await names({ query: `"x'; drop"` })).toEqual(["x'; drop table span; --"]);
    expect(await names({ query: traceIdOf(0xabc1).slice(0, 20) })).toHaveLength(3);
    expect(await names({ query: traceIdOf(0xabc1) })).toEqual(['GET /orders']);
    expect(await names({ from: String(T0 + 1_000_000_000n) })).toHaveLength(2);
    expect(await names({ to: '2023-11-14T22:13:21Z' })).toEqual(['GET /orders']);
    await expect(names({ query: 'status:purple' })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  });

  it('counts traces and errors over time', async () => {
    await store(
      batchOf(drawnSpans(traceIdOf(1), 'a 0..5')),
      batchOf(drawnSpans(traceIdOf(2), 'b 10..15 web !no')),
      batchOf(drawnSpans(traceIdOf(3), 'c 99..100')),
    );
    const histogram = await histograms.count({ buckets: 10, from: String(T0), to: String(T0 + 100_000_000n) });
    expect(histogram.counts).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(histogram.errors).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    const unbounded = await histograms.count({ buckets: 4 });
    expect(unbounded.counts.reduce((sum, n) => sum + n, 0)).toBe(3);
  });

  it('opens a trace as columns that hold every span exactly', async () => {
    const spans: SampleSpan[] = [
      {
        traceId: traceIdOf(7),
        spanId: 'ffffffffffffffff',
        service: 'web',
        name: 'root',
        kind: 2,
        startNs: T0,
        endNs: T0 + 1n,
      },
      {
        traceId: traceIdOf(7),
        spanId: '8000000000000000',
        parentSpanId: 'ffffffffffffffff',
        service: 'db',
        name: 'q',
        kind: 3,
        startNs: T0 + 9_007_199n,
        endNs: T0 - 5n,
        error: 'bad',
      },
    ];
    await store(batchOf(spans));
    const { columns } = await loadTrace(reader, traceIdOf(7));
    const byId = new Map(Array.from(columns.spanId, (id, i) => [id, i]));
    const child = byId.get(0x8000_0000_0000_0000n) as number;
    expect(columns.length).toBe(2);
    expect(columns.originNs).toBe(String(T0));
    expect(columns.parentSpanId[child]).toBe(0xffff_ffff_ffff_ffffn);
    expect(columns.startNs[child]).toBe(9_007_199);
    expect(columns.durationNs[child]).toBe(-9_007_204);
    expect(columns.status[child]).toBe(2);
    expect(columns.operations[columns.operation[child] as number]).toEqual({
      service: 'db',
      name: 'q',
      kind: 'client',
    });
  });

  it('reads a span back as it was sent', async () => {
    const span: SampleSpan = {
      traceId: traceIdOf(8),
      spanId: 'aaaaaaaaaaaaaaaa',
      service: 'web',
      name: 'all of it',
      kind: 4,
      startNs: T0,
      endNs: T0 + 1_234n,
      attributes: {
        text: 'a\0b "quoted" {x} \\ ☃ <script>',
        whole: 9_007_199_254_740_991,
        part: 0.1,
        yes: true,
        list: ['a', 1, 1.5, false],
      },
      events: [{ name: 'happened', timeNs: T0 + 7n, attributes: { n: 1 } }],
      links: [{ traceId: traceIdOf(9), spanId: 'bbbbbbbbbbbbbbbb' }],
      error: 'Boom: it broke',
    };
    await store(batchOf([span]));
    const detail = await readSpan(sql, deflateCodec, WORKSPACE, traceIdOf(8), 'AAAAAAAAAAAAAAAA');
    expect(detail).toMatchObject({
      name: 'all of it',
      kind: 'producer',
      service: 'web',
      parentSpanId: null,
      durationNs: 1_234,
      status: { code: 'error', message: 'Boom: it broke' },
      links: [{ traceId: traceIdOf(9), spanId: 'bbbbbbbbbbbbbbbb' }],
    });
    expect(detail.attributes).toEqual([
      { key: 'text', value: { stringValue: 'a\0b "quoted" {x} \\ ☃ <script>' } },
      { key: 'whole', value: { intValue: '9007199254740991' } },
      { key: 'part', value: { doubleValue: 0.1 } },
      { key: 'yes', value: { boolValue: true } },
      {
        key: 'list',
        value: {
          arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }, { doubleValue: 1.5 }, { boolValue: false }] },
        },
      },
    ]);
    expect(detail.events.map(({ name, time }) => [name, time])).toEqual([
      ['happened', '2023-11-14T22:13:20.000000007Z'],
      ['exception', '2023-11-14T22:13:20.000001234Z'],
    ]);
    expect(detail.resource.attributes[0]).toEqual({ key: 'service.name', value: { stringValue: 'web' } });
    expect(JSON.parse(detail.raw)).toMatchObject({
      resourceSpans: [{ scopeSpans: [{ spans: [{ spanId: 'aaaaaaaaaaaaaaaa' }] }] }],
    });
    await expect(readSpan(sql, deflateCodec, WORKSPACE, traceIdOf(8), '00000000000000ff')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('takes names that no index key could hold, and names that look like SQL arrays', async () => {
    const names = ['x'.repeat(1_000_000), '{a,"b\\",NULL}', 'NULL', '\\', "'", '🦊 مرحبا', 'nul\0nul', ''];
    await store(
      ...names.map((name, i) =>
        batchOf([
          { traceId: traceIdOf(i + 1), spanId: 'cccccccccccccccc', service: name, name, startNs: T0, endNs: T0 },
        ]),
      ),
    );
    for (const [i, name] of names.entries()) {
      const { rootName, rootService } = await summary(i + 1);
      expect(rootName).toBe(shortName(name));
      expect(rootService).toBe(shortName(name));
      const detail = await readSpan(sql, deflateCodec, WORKSPACE, traceIdOf(i + 1), 'cccccccccccccccc');
      expect(detail.name === name).toBe(true);
    }
  });

  it('adds up tokens of model calls and names the outermost agent', async () => {
    const at = (ms: number) => T0 + BigInt(ms) * 1_000_000n;
    const genAi = (operation: string, more: object) => ({ 'gen_ai.operation.name': operation, ...more });
    const base = { traceId: traceIdOf(5), service: 'agent' };
    await store(
      batchOf([
        {
          ...base,
          spanId: '2222222222222222',
          parentSpanId: '1111111111111111',
          name: 'chat',
          startNs: at(5),
          endNs: at(9),
          attributes: genAi('chat', { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 7 }),
        },
      ]),
      batchOf([
        {
          ...base,
          spanId: '3333333333333333',
          parentSpanId: '1111111111111111',
          name: 'sub',
          startNs: at(4),
          endNs: at(9),
          attributes: genAi('invoke_agent', { 'gen_ai.agent.name': 'sub', 'gen_ai.conversation.id': 'c1' }),
        },
      ]),
      batchOf([
        {
          ...base,
          spanId: '1111111111111111',
          name: 'run',
          startNs: at(0),
          endNs: at(10),
          attributes: genAi('invoke_agent', { 'gen_ai.agent.name': 'main', 'gen_ai.usage.input_tokens': 100 }),
        },
      ]),
      batchOf([
        {
          ...base,
          spanId: '4444444444444444',
          parentSpanId: '1111111111111111',
          name: 'chat',
          startNs: at(6),
          endNs: at(9),
          attributes: genAi('chat', { 'gen_ai.usage.prompt_tokens': 11 }),
        },
      ]),
    );
    expect(await summary(5)).toMatchObject({
      agentName: 'main',
      sessionId: 'c1',
      inputTokens: 111,
      outputTokens: 7,
      costUsd: null,
    });
  });

  it('stores nothing of a transaction that fails, and works on afterwards', async () => {
    const good = batchOf(drawnSpans(traceIdOf(1), 'a 0..1'));
    const broken: SpanBatch = {
      ...batchOf(drawnSpans(traceIdOf(2), 'b 0..1')),
      operations: [{ serviceName: 'a\0b', name: 'x', kind: 0 }],
    };
    await expect(store(good, broken)).rejects.toThrow();
    expect(await reader.counts()).toMatchObject({ spans: 0, traces: 0 });
    expect(await store(good)).toEqual([{ stored: 1, duplicates: 0 }]);
    expect(await summary(1)).toMatchObject({ rootName: 'a' });
  });
});
