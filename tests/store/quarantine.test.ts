/**
 * What is pruned for its age is in quarantine: no question finds it, and restored every question is answered as before. What somebody
 * deletes does not come back, and is not kept in payloads either.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { PriceBook } from '../../core/pricing/price-book';
import { EVERY_KEY } from '../../core/search/searched-keys';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { removeDeletedTraces } from '../../core/store/pruning/deleted-traces';
import { Pruner } from '../../core/store/pruning/pruner';
import { deleteQuarantine, quarantined, quarantinedName } from '../../core/store/pruning/quarantine';
import { readQuarantine } from '../../core/store/pruning/quarantine-report';
import { restoreQuarantine } from '../../core/store/pruning/restore-quarantine';
import { deleteTrace } from '../../core/store/pruning/trace-removal';
import { readSpan } from '../../core/store/read/span-reader';
import { isRebuildDue, Rebuild } from '../../core/store/rebuild/rebuild';
import { checkSchema } from '../../core/store/schema/catalog';
import expected from '../../core/store/schema/core-catalog.json';
import { migrate } from '../../core/store/schema/migrate';
import { limitsOf } from '../../core/store/sql/partition-share';
import { BYTEA, decodeRows, INT8, TEXT } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { workspaceReaders } from '../../services/store/workspace-readers';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';
import { wordedTrace as trace } from '../fixtures/worded-trace';

const WORKSPACE = 1;
const DAY_MS = 86_400_000;
const RETENTION = { days: 14, bytes: null, spans: null };
const AT = { from: String(T0 - 1_000_000_000n), to: String(T0 + 3_600_000_000_000n) };
const BOOK = new PriceBook([]);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

describe.each([pgliteDatabases(), postgresDatabases()])('the quarantine on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let writer: StoreWriter;
  let now: number;
  let room: boolean;
  /** Those of a program that runs on: what they remember has to stay true. */
  let readers: ReturnType<typeof workspaceReaders>;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    now = Date.UTC(2026, 10, 1);
    room = true;
    writer = open();
    readers = workspaceReaders(sql, WORKSPACE, () => BOOK, EVERY_KEY);
  });
  afterEach(() => drop());

  /** A new process. */
  const open = () => new StoreWriter(sql, WORKSPACE, deflateCodec, RETENTION, EVERY_KEY, () => now);
  const files = {
    vacuums: false,
    bytes: async () => 0,
    settle: async () => {},
    allowsQuarantine: async () => room,
  };
  const pruner = () => new Pruner(sql, writer, WORKSPACE, RETENTION, files, () => now);
  const { ageMs } = limitsOf(RETENTION);
  const rebuild = () =>
    new Rebuild(
      writer,
      () => {},
      () => false,
    ).run();
  async function restore(): Promise<void> {
    await restoreQuarantine((run) => writer.change(run), { now: () => now, ageMs });
    await rebuild();
  }

  /** Goes on for so many days, then prunes. */
  async function prune(days: number): Promise<void> {
    now += days * DAY_MS;
    await pruner().run();
  }

  async function store(...numbers: number[]): Promise<void> {
    const logs = protobufFromLogsJson({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'web' } }] },
          scopeLogs: [
            {
              logRecords: numbers.map((n) => ({
                timeUnixNano: String(T0 + BigInt(n)),
                severityNumber: 9,
                body: { stringValue: `line ${n}` },
              })),
            },
          ],
        },
      ],
    });
    const metrics = protobufFromMetricsJson({
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: numbers.map((n) => ({
                name: `m${n % 2}`,
                gauge: { dataPoints: [{ timeUnixNano: String(T0 + BigInt(n)), asInt: String(n) }] },
              })),
            },
          ],
        },
      ],
    });
    await writer.append([
      batchOf(numbers.flatMap(trace)),
      decodeLogs(logs, encoder.encode(`logs ${numbers}`), 0n).batch,
      decodeMetrics(metrics, encoder.encode(`metrics ${numbers}`)).batch,
    ]);
  }

  /** What comes from now on is in partitions of its own. */
  const seal = () =>
    writer.change(async (tx, { blocks, partitions }) => {
      await blocks.seal(tx);
      for (const signal of ['logs', 'metrics'] as const) await partitions.begin(tx, signal);
    });

  const count = async (query: string): Promise<number> =>
    Number(decodeRows({ n: INT8 }, await sql.query(`select (${query})::int8 as n`))[0]?.n);
  const tables = () => count("select count(*) from pg_class where relkind = 'r' and relname ~ '^quarantined_'");

  /** Of every kind of question. */
  async function answers(): Promise<object> {
    const { list, reader, services, sessions, attributes, logs, metrics, guardrails, scores, histogram } = readers;
    const found = async (query: string) =>
      (await list.page({ query, limit: 100, waitMs: 20_000 })).data.map(({ traceId }) => traceId);
    const traces = (await list.page({ limit: 100 })).data;
    const points = [];
    for (const { id } of (await metrics.list({})).data) points.push((await metrics.points(id, {})).data);
    const ids = decodeRows(
      { trace: TEXT, span: TEXT },
      await sql.query(
        `select replace(trace_id::text, '-', '') as trace, lpad(to_hex(span_id), 16, '0') as span from span
         where workspace_id = $1 order by 1, 2`,
        [WORKSPACE],
      ),
    );
    return {
      counts: await reader.counts(),
      traces,
      spans: await Promise.all(ids.map(({ trace, span }) => readSpan(sql, deflateCodec, WORKSPACE, trace, span))),
      words: [await found('zebra3x'), await found('zebra4x'), await found('{ span.http.route = "/r1" }')],
      services: await reader.listServices(),
      operations: await reader.listOperations({}),
      red: await services.red({ ...AT, groupBy: 'operation' }),
      edges: await services.edges(AT),
      sessions: await sessions.list({}),
      keys: await attributes.keys({}),
      routes: await attributes.values('span.http.route', {}),
      histogram: await histogram.count({ ...AT, buckets: 10, waitMs: 20_000 }),
      logs: (await logs.list({})).data,
      metrics: await metrics.list({}),
      points,
      hits: await guardrails.hits({}),
      scores: (await scores.list({})).data,
    };
  }

  async function mark(): Promise<void> {
    await sql.query(
      `insert into score (workspace_id, trace_id, name, value, comment, source)
       values ($1, $2::uuid, 'good', 1, 'a word', 'code')`,
      [WORKSPACE, traceIdOf(2)],
    );
    const [rule] = decodeRows({ id: TEXT }, await sql.query('select id::text as id from guardrail limit 1'));
    await sql.query(
      `insert into guardrail_hit (workspace_id, trace_id, rule_id, attribute, digest, excerpt)
       values ($1, $2::uuid, $3::uuid, 'span.gen_ai.input.messages', 7, 'zebra')`,
      [WORKSPACE, traceIdOf(3), rule?.id ?? null],
    );
  }

  /** Whether a payload that is on disk, in quarantine or not, holds a text. */
  async function isHeld(text: string): Promise<boolean> {
    const inQuarantine = (await quarantined(sql, WORKSPACE))
      .filter(({ signal }) => signal === 'spans')
      .map(({ partition }) => quarantinedName('span_payload', partition));
    for (const table of ['span_payload', ...inQuarantine]) {
      const rows = decodeRows({ data: BYTEA }, await sql.query(`select data from ${table}`));
      if (rows.some(({ data }) => decoder.decode(deflateCodec.unpack(data)).includes(text))) return true;
    }
    return false;
  }

  it('hides what it holds from every question, and restored it answers all of them as before', async () => {
    await store(1, 2, 3);
    await store(4, 5, 6, 7);
    await mark();
    await seal();
    await rebuild();
    const before = await answers();
    await prune(14.5);
    expect(await answers()).toMatchObject({
      counts: { traces: 0, spans: 0, logs: 0, metricPoints: 0 },
      traces: [],
      words: [[], [], []],
      red: { groups: [] },
      edges: { data: [] },
      sessions: { data: [] },
      logs: [],
      hits: { data: [] },
      scores: [],
    });
    const report = await readQuarantine(sql, WORKSPACE);
    expect(report).toMatchObject({ traces: 7, spans: 14, logs: 7, metricPoints: 7 });
    expect(report?.bytes).toBeGreaterThan(10_000);
    // A new process knows no more than what is written down, and takes it for what it works with.
    writer = open();
    await checkSchema(sql, expected.catalog);
    await restore();
    expect(await answers()).toEqual(before);
    expect([await readQuarantine(sql, WORKSPACE), await tables()]).toEqual([null, 0]);
    // Again: there is nothing to do.
    await restore();
    expect(await answers()).toEqual(before);
    // What is written next goes on from there.
    await store(8);
    await store(3);
    expect((await workspaceReaders(sql, WORKSPACE, () => BOOK, EVERY_KEY).reader.counts()).spans).toBe(16);
  });

  it('has what was sent again meanwhile once', async () => {
    await store(1, 2, 3);
    await seal();
    await prune(14.5);
    await writer.append([batchOf([...trace(2), ...trace(3).slice(0, 1), ...trace(4)])]);
    const found = async () => (await readers.list.page({ query: 'zebra1x', waitMs: 20_000 })).data.length;
    // From now on it knows of blocks that are later than those that come back.
    expect(await found()).toBe(0);
    await restore();
    expect(await found()).toBe(1);
    const { reader } = workspaceReaders(sql, WORKSPACE, () => BOOK, EVERY_KEY);
    expect(await reader.counts()).toMatchObject({ traces: 4, spans: 8 });
    expect(await count('select count(*) from span')).toBe(8);
    expect((await reader.listServices()).data.map(({ spanCount }) => spanCount)).toEqual([4, 4]);
    await writer.append([batchOf([1, 2, 3, 4].flatMap(trace))]);
    expect(await count('select count(*) from span')).toBe(8);
  });

  it('keeps nothing of what somebody deletes, before or after it was pruned', async () => {
    await store(1, 2, 3, 4);
    // Stays for its mark: of it nothing is in quarantine.
    await sql.query(
      `insert into score (workspace_id, trace_id, name, value, comment, source) values ($1, $2::uuid, 'x', 1, '', 'human')`,
      [WORKSPACE, traceIdOf(4)],
    );
    await mark();
    await seal();
    await deleteTrace(sql, WORKSPACE, traceIdOf(1));
    await prune(14.5);
    expect(await readQuarantine(sql, WORKSPACE)).toMatchObject({ traces: 2, spans: 4 });
    await deleteTrace(sql, WORKSPACE, traceIdOf(3));
    await expect(deleteTrace(sql, WORKSPACE, traceIdOf(3))).rejects.toThrow(/no such trace/);
    const whyGone = (n: number) => readers.reader.summary(traceIdOf(n)).catch((error: unknown) => error);
    expect(await whyGone(2)).toMatchObject({
      message: expect.stringContaining('It is in quarantine until 2026-11-16 12:00 UTC'),
      details: [{ code: 'quarantined' }],
    });
    expect(await whyGone(3)).toMatchObject({ details: [{ code: 'pruned' }] });
    await prune(0);
    expect(await readQuarantine(sql, WORKSPACE)).toMatchObject({ traces: 1, spans: 2 });
    await restore();
    const { reader, list, guardrails, scores } = workspaceReaders(sql, WORKSPACE, () => BOOK, EVERY_KEY);
    expect((await list.page({})).data.map(({ traceId }) => traceId).sort()).toEqual([traceIdOf(2), traceIdOf(4)]);
    expect(await reader.counts()).toMatchObject({ traces: 2, spans: 4 });
    expect([(await guardrails.hits({})).data.length, (await scores.list({})).data.length]).toEqual([0, 2]);
    expect([await isHeld('zebra1x'), await isHeld('zebra2x'), await isHeld('zebra3x')]).toEqual([false, true, false]);
    // Once, where it was moved to: it is gone when it is deleted for good.
    await sql.query("update trace set deleted_at = now() - interval '31 days' where trace_id = $1::uuid", [
      traceIdOf(4),
    ]);

    await removeDeletedTraces(
      (run) => writer.change(run),
      () => false,
    );
    expect(await isHeld('zebra4x')).toBe(false);
  });

  it('is left for good after a day, when the disk needs the room, or by order', async () => {
    await store(1);
    await seal();
    await prune(14.5);
    await prune(0.9);
    expect(await tables()).toBe(5);
    await prune(0.2);
    expect([await readQuarantine(sql, WORKSPACE), await tables()]).toEqual([null, 0]);
    await store(2);
    await seal();
    await prune(14.5);
    expect(await tables()).toBe(5);
    room = false;
    await prune(0);
    expect(await tables()).toBe(0);
    await store(3);
    await seal();
    await prune(14.5);
    expect(await tables()).toBe(0);
    room = true;
    await store(4);
    await seal();
    await prune(14.5);
    await deleteTrace(sql, WORKSPACE, traceIdOf(4));
    await deleteQuarantine(sql, WORKSPACE, null);
    expect(await tables()).toBe(0);
    for (const table of ['quarantine', 'quarantine_block', 'quarantine_row', 'quarantine_deletion'])
      expect(await count(`select count(*) from ${table}`)).toBe(0);
  });

  it('has what a process that ended was about to put there', async () => {
    await store(1, 2);
    await seal();
    now += 14.5 * DAY_MS;
    // It was written down what goes, and nothing had gone yet.
    const [{ partition } = { partition: 0n }] = decodeRows(
      { partition: INT8 },
      await sql.query('select (min(id) / 128)::int8 as partition from span_block'),
    );
    await sql.query(
      `insert into pruning (workspace_id, reason, victim_signal, victim_partition) values ($1, 'age', 'spans', $2)`,
      [WORKSPACE, Number(partition)],
    );
    writer = open();
    await pruner().run();
    expect(await readQuarantine(sql, WORKSPACE)).toMatchObject({ traces: 2, spans: 4, logs: 2 });
  });

  it('lets a restore that was cut off be finished by a rebuild', async () => {
    await store(1, 2);
    await seal();
    await rebuild();
    const before = await answers();
    await prune(14.5);
    let changes = 0;
    const cut = restoreQuarantine(
      (run) => {
        if (++changes > 2) throw new Error('the process ended');
        return writer.change(run);
      },
      { now: () => now, ageMs },
    );
    await expect(cut).rejects.toThrow('the process ended');
    writer = open();
    expect(await isRebuildDue(sql, WORKSPACE)).toBe(true);
    await restore();
    expect(await answers()).toEqual(before);
    expect(await isRebuildDue(sql, WORKSPACE)).toBe(false);
  });

  it('gives back the age that records had, where they would not be too old again at once', async () => {
    await store(1);
    await seal();
    now += 3 * DAY_MS;
    await store(2);
    await seal();
    const lastAt = () =>
      sql.query(
        `select last_at::text from span_block union all select last_at::text from record_partition where records > 0 order by 1`,
      );
    const before = await lastAt();
    now += 73 * 365 * DAY_MS;
    await pruner().run();
    expect(await readQuarantine(sql, WORKSPACE)).toMatchObject({ traces: 2 });
    // The clock is set right.
    now -= 73 * 365 * DAY_MS;
    await restore();
    expect(await lastAt()).toEqual(before);
    await prune(11.5);
    expect(await readQuarantine(sql, WORKSPACE)).toMatchObject({ traces: 1 });
    // Too old: as if it came now.
    await restore();
    await prune(13);
    expect(await count('select count(*) from trace')).toBe(1);
  });
});
