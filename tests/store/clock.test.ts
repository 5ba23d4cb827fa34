/** A clock that is wrong at a start, or jumps, makes nothing old: records are old by the time that was seen to pass. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { removeDeletedTraces } from '../../core/store/pruning/deleted-traces';
import { losesMuch } from '../../core/store/pruning/lost-by-age';
import { Pruner } from '../../core/store/pruning/pruner';
import { readQuarantine } from '../../core/store/pruning/quarantine-report';
import { restoreQuarantine } from '../../core/store/pruning/restore-quarantine';
import { deleteTrace } from '../../core/store/pruning/trace-removal';
import { readClock, settleClock, TrustedClock } from '../../core/store/pruning/trusted-clock';
import { TraceReader } from '../../core/store/read/trace-reader';
import { Rebuild } from '../../core/store/rebuild/rebuild';
import { migrate } from '../../core/store/schema/migrate';
import { decodeRows, INT8 } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const DAY = 86_400_000;
const RETENTION = { days: 14, bytes: null, spans: null };
const FILES = { vacuums: false, bytes: async () => 0, settle: async () => {}, allowsQuarantine: async () => true };
const encoder = new TextEncoder();

const count = async (sql: SqlClient, query: string): Promise<number> =>
  Number(decodeRows({ n: INT8 }, await sql.query(`select (${query})::int8 as n`))[0]?.n);
const QUARANTINE_TABLES = "select count(*) from pg_class where relkind = 'r' and relname ~ '^quarantined_.*_[0-9]+$'";

describe.each([pgliteDatabases(), postgresDatabases()])('the clock on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  /** The system's, and that of the machine, which counts on while it is off. */
  let wall: number;
  let passed: number;
  let made: number;
  let clock: TrustedClock;
  let writer: StoreWriter;
  let pruner: Pruner;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    wall = Date.UTC(2026, 10, 1);
    passed = 0;
    made = 0;
    await start();
  });
  afterEach(() => drop());

  /** A new process. */
  async function start(): Promise<void> {
    clock = new TrustedClock(sql, {
      matters: (at, instead) => losesMuch(sql, WORKSPACE, RETENTION.days, at, instead),
      wall: () => wall,
      monotonic: () => passed,
    });
    await clock.look();
    writer = new StoreWriter(sql, WORKSPACE, deflateCodec, RETENTION, undefined, clock.now);
    pruner = new Pruner(sql, writer, WORKSPACE, RETENTION, FILES, clock.now);
  }

  /** Runs for so long, and prunes. */
  async function run(days: number): Promise<void> {
    for (let at = 0; at < days; at += 0.5) {
      wall += DAY / 2;
      passed += DAY / 2;
      await clock.look();
    }
    await prune();
  }

  async function prune(): Promise<void> {
    await clock.look();
    await pruner.run();
  }

  /** A span, a log and a point. @param claimedNs when they say that they were */
  async function store(claimedNs = T0): Promise<void> {
    const n = ++made;
    const span: SampleSpan = {
      traceId: traceIdOf(n),
      spanId: n.toString(16).padStart(16, '0'),
      service: 'web',
      name: 'GET /',
      startNs: claimedNs,
      endNs: claimedNs + 5n,
    };
    const time = String(claimedNs);
    const logs = protobufFromLogsJson({
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: time, body: { stringValue: `line ${n}` } }] }] }],
    });
    const metrics = protobufFromMetricsJson({
      resourceMetrics: [
        {
          scopeMetrics: [
            { metrics: [{ name: 'n', gauge: { dataPoints: [{ timeUnixNano: time, asInt: String(n) }] } }] },
          ],
        },
      ],
    });
    await writer.append([
      batchOf([span]),
      decodeLogs(logs, encoder.encode(`logs ${n}`), 0n).batch,
      decodeMetrics(metrics, encoder.encode(`metrics ${n}`)).batch,
    ]);
  }

  /** What comes from now on is in partitions of its own. */
  const seal = () =>
    writer.change(async (tx, { blocks, partitions }) => {
      await blocks.seal(tx);
      for (const signal of ['logs', 'metrics'] as const) await partitions.begin(tx, signal);
    });

  /** Of each signal. */
  async function stored(): Promise<number[]> {
    const { spans, logs, metricPoints } = await new TraceReader(sql, WORKSPACE).counts();
    return [spans, logs, metricPoints];
  }

  it('is believed over a weekend, and over as many days as nothing is old by', async () => {
    await store();
    await seal();
    wall += 3 * DAY;
    await start();
    await prune();
    expect(await readClock(sql)).toEqual({ state: 'trusted' });
    expect(clock.now()).toBe(wall);
    await run(12);
    expect(await stored()).toEqual([0, 0, 0]);
  });

  it.each([
    ['2100', 73 * 365 * DAY],
    ['twenty days ahead', 20 * DAY],
  ])('is not believed when a start finds it in %s; back, it has done nothing', async (_, jump) => {
    await store();
    wall += jump;
    await start();
    await prune();
    await store();
    await run(2);
    expect(await readClock(sql)).toMatchObject({ state: 'ahead' });
    expect(await stored()).toEqual([2, 2, 2]);
    wall -= jump;
    await start();
    await prune();
    expect(await readClock(sql)).toEqual({ state: 'trusted' });
    expect(await stored()).toEqual([2, 2, 2]);
    // What came meanwhile is as old as it is.
    await run(11);
    expect(await stored()).toEqual([2, 2, 2]);
    await run(2);
    expect(await stored()).toEqual([0, 0, 0]);
  });

  it('is not believed when it jumps while a process runs', async () => {
    await store();
    wall += 30 * DAY;
    await prune();
    expect(await stored()).toEqual([1, 1, 1]);
    expect(await readClock(sql)).toMatchObject({ state: 'ahead' });
  });

  it('is believed once somebody says that it is right; what came in between is not old', async () => {
    await store();
    await seal();
    wall += 40 * DAY;
    await start();
    await prune();
    await run(1);
    await store();
    expect(await stored()).toEqual([2, 2, 2]);
    expect(await sql.transaction((tx) => settleClock(tx, () => wall))).toBe(true);
    expect(await sql.transaction((tx) => settleClock(tx, () => wall))).toBe(false);
    await start();
    await prune();
    expect(await readClock(sql)).toEqual({ state: 'trusted' });
    expect(await stored()).toEqual([1, 1, 1]);
    await run(13);
    expect(await stored()).toEqual([1, 1, 1]);
    await run(2);
    expect(await stored()).toEqual([0, 0, 0]);
  });

  it('set back to 2001 for a while makes nothing old that came then', async () => {
    await store();
    wall -= 25 * 365 * DAY;
    await start();
    await run(1);
    await store();
    expect(await readClock(sql)).toMatchObject({ state: 'behind' });
    wall += 25 * 365 * DAY;
    await start();
    await prune();
    expect(await readClock(sql)).toEqual({ state: 'trusted' });
    expect(await stored()).toEqual([2, 2, 2]);
  });

  it('that was wrong from the first start is set right by who knows, and loses nothing', async () => {
    wall = Date.UTC(2100, 0, 1);
    await drop();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    await start();
    await store();
    wall = Date.UTC(2026, 10, 2);
    await start();
    await prune();
    expect(await readClock(sql)).toMatchObject({ state: 'behind', trusted: expect.stringMatching(/^2100/) });
    await sql.transaction((tx) => settleClock(tx, () => wall));
    await start();
    await run(13);
    expect(await stored()).toEqual([1, 1, 1]);
    await run(2);
    expect(await stored()).toEqual([0, 0, 0]);
  });

  it('of senders says nothing: records are old by when they came', async () => {
    await store(1n);
    await store(BigInt(Date.UTC(2100, 0, 1)) * 1_000_000n);
    await run(13);
    expect(await stored()).toEqual([2, 2, 2]);
    await run(2);
    expect(await stored()).toEqual([0, 0, 0]);
  });

  it('of a folder of a version that had none is taken from what is stored', async () => {
    await store();
    await sql.query('delete from retention_clock');
    wall += 60 * DAY;
    await start();
    await prune();
    expect(await stored()).toEqual([1, 1, 1]);
    expect(await readClock(sql)).toMatchObject({ state: 'ahead' });
  });

  it('has what it makes old in quarantine for a day, and restored all of it is there', async () => {
    for (let i = 0; i < 3; i++) await store();
    await seal();
    await sql.query(
      `insert into score (workspace_id, trace_id, name, value, comment, source) values ($1, $2::uuid, 'good', 1, '', 'code')`,
      [WORKSPACE, traceIdOf(2)],
    );
    await deleteTrace(sql, WORKSPACE, traceIdOf(3));
    await run(14.5);
    expect(await stored()).toEqual([0, 0, 0]);
    expect(await readQuarantine(sql, WORKSPACE)).toMatchObject({ traces: 2, spans: 2, logs: 3, metricPoints: 3 });
    expect((await readQuarantine(sql, WORKSPACE))?.bytes).toBeGreaterThan(10_000);
    // What is sent again meanwhile is there once.
    made = 1;
    await store();
    made = 3;
    expect(await restoreQuarantine((change) => writer.change(change), { now: clock.now, ageMs: 14 * DAY })).toBe(true);
    await new Rebuild(
      writer,
      () => {},
      () => false,
    ).run();
    expect(await stored()).toEqual([2, 3, 3]);
    const reader = new TraceReader(sql, WORKSPACE);
    expect(await reader.summary(traceIdOf(1))).toMatchObject({ spanCount: 1 });
    expect((await reader.listServices()).data).toMatchObject([{ name: 'web', spanCount: 2 }]);
    expect(await count(sql, 'select count(*) from score')).toBe(1);
    await expect(reader.summary(traceIdOf(3))).rejects.toThrow();
    expect([await readQuarantine(sql, WORKSPACE), await count(sql, QUARANTINE_TABLES)]).toEqual([null, 0]);
    // As old as if it came now.
    await run(13);
    expect(await stored()).toEqual([2, 3, 3]);
    await run(2);
    expect(await stored()).toEqual([0, 0, 0]);
    expect(await count(sql, QUARANTINE_TABLES)).toBeGreaterThan(0);
    await run(1.5);
    await prune();
    expect([await readQuarantine(sql, WORKSPACE), await count(sql, QUARANTINE_TABLES)]).toEqual([null, 0]);
  });

  it('has nothing in quarantine where there is no room', async () => {
    await store();
    await seal();
    pruner = new Pruner(
      sql,
      writer,
      WORKSPACE,
      RETENTION,
      { ...FILES, allowsQuarantine: async () => false },
      clock.now,
    );
    await run(15);
    expect(await stored()).toEqual([0, 0, 0]);
    expect([await readQuarantine(sql, WORKSPACE), await count(sql, QUARANTINE_TABLES)]).toEqual([null, 0]);
  });

  it('ahead takes no deleted trace off the disk', async () => {
    await store();
    // A deletion is stamped by the clock of the database, which the clock of these tests does not move.
    await sql.query('update retention_clock set seen_at = now()');
    await deleteTrace(sql, WORKSPACE, traceIdOf(1));
    // As if it were now 32 days later by the clock of the database, which was last seen a moment after the deletion.
    await sql.query(`update trace set deleted_at = deleted_at - interval '32 days'`);
    await sql.query(`update retention_clock set seen_at = now() - interval '31 days'`);
    expect(
      await removeDeletedTraces(
        (change) => writer.change(change),
        () => false,
      ),
    ).toBe(0);
    await sql.query('update retention_clock set seen_at = now()');
    expect(
      await removeDeletedTraces(
        (change) => writer.change(change),
        () => false,
      ),
    ).toBe(1);
  });
});
