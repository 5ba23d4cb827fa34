/** Retention: what is beyond the limits goes with its disk, what somebody marked stays, and a crash in between changes nothing. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Retention } from '../../core/api/retention';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { parseTraceql } from '../../core/query/traceql/parse';
import { Turns } from '../../core/query/traceql/turns';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { BlockSummaries } from '../../core/store/blocks/block-summaries';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { LogReader } from '../../core/store/logs/log-reader';
import { Annotations } from '../../core/store/people/annotations';
import { Pruner } from '../../core/store/pruning/pruner';
import { MetricReader } from '../../core/store/read/metric-reader';
import { readSpan } from '../../core/store/read/span-reader';
import { TraceReader } from '../../core/store/read/trace-reader';
import { CORE_SCHEMA, MIGRATIONS, migrate } from '../../core/store/schema/migrate';
import { Searcher } from '../../core/store/search/searcher';
import { TraceList } from '../../core/store/search/trace-list';
import { BOOL, decodeRows, INT8, TEXT } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const DAY_MS = 86_400_000;
const NO_LIMIT: Retention = { days: null, bytes: null, spans: null };
const LIMIT: Retention = { ...NO_LIMIT, spans: 8_000 };
/** Has spans in every batch. */
const LONG_TRACE = traceIdOf(999_999);

/** Traces of ten spans, and ten spans of the long one. */
function batchFrom(firstTrace: number, traces: number): SampleSpan[] {
  const span = (traceId: string, trace: number, n: number): SampleSpan => ({
    traceId,
    spanId: (trace * 16 + n + 1).toString(16).padStart(16, '0'),
    ...(n === 0 ? {} : { parentSpanId: (trace * 16 + 1).toString(16).padStart(16, '0') }),
    service: trace % 2 === 0 ? 'web' : 'db',
    name: `operation ${n % 3}`,
    startNs: T0 + BigInt(trace) * 1_000_000_000n + BigInt(n),
    endNs: T0 + BigInt(trace) * 1_000_000_000n + 5_000_000n,
    attributes: {
      'http.route': `/items/${trace % 4}`,
      note: `Request ${trace} of span ${n} ${'was long '.repeat(20)}`,
    },
    ...(trace % 10 === 0 ? { error: `timeout ${trace}` } : {}),
  });
  const spans: SampleSpan[] = [];
  for (let trace = firstTrace; trace < firstTrace + traces; trace++) {
    for (let n = 0; n < 10; n++) spans.push(span(traceIdOf(trace + 1), trace, n));
  }
  for (let n = 0; n < 10; n++) spans.push(span(LONG_TRACE, 1_000_000 + firstTrace, n));
  return spans;
}

const encoder = new TextEncoder();

function logBatch(from: number, count: number) {
  const logRecords = Array.from({ length: count }, (_, i) => ({
    timeUnixNano: String(T0 + BigInt(from + i)),
    traceId: traceIdOf(from + i + 1),
    spanId: '00000000000000aa',
    body: { stringValue: `line ${from + i}` },
    attributes: [{ key: 'long', value: { stringValue: `value ${from + i} ${'x'.repeat(200)}` } }],
  }));
  const bytes = protobufFromLogsJson({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
  return decodeLogs(bytes, encoder.encode(`logs ${from}`), 0n).batch;
}

function metricBatch(from: number, count: number) {
  const dataPoints = Array.from({ length: count }, (_, i) => ({
    timeUnixNano: String(T0 + BigInt(from + i)),
    asInt: String(from + i),
  }));
  const metrics = [{ name: 'requests', gauge: { dataPoints } }];
  const bytes = protobufFromMetricsJson({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
  return decodeMetrics(bytes, encoder.encode(`metrics ${from}`)).batch;
}

describe.each([pgliteDatabases(), postgresDatabases()])('retention on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
  });
  afterEach(() => drop());

  const number = async (query: string): Promise<number> =>
    Number(decodeRows({ n: INT8 }, await sql.query(`select (${query})::int8 as n`))[0]?.n);
  const databaseBytes = () => number('pg_database_size(current_database())');
  const files = {
    vacuums: true,
    bytes: databaseBytes,
    settle: async () => {
      await sql.query('checkpoint');
    },
    allowsQuarantine: async () => true,
  };
  const writerFor = (retention: Retention) => new StoreWriter(sql, WORKSPACE, deflateCodec, retention);
  const prunerFor = (writer: Pick<StoreWriter, 'change'>, retention: Retention, now?: () => number) =>
    new Pruner(sql, writer, WORKSPACE, retention, files, now);
  const spanOf = (trace: number, n: number) =>
    readSpan(sql, deflateCodec, WORKSPACE, traceIdOf(trace + 1), (trace * 16 + n + 1).toString(16).padStart(16, '0'));
  const reader = () => new TraceReader(sql, WORKSPACE);
  const annotate = (trace: number) =>
    new Annotations(sql, WORKSPACE).set(traceIdOf(trace + 1), (trace * 16 + 1).toString(16).padStart(16, '0'), {
      bookmarked: true,
      note: '',
    });

  /** Whatever was pruned, every table says the same of what is left. */
  async function expectConsistent(): Promise<void> {
    const counts = await reader().counts();
    expect(await number('select count(*) from span')).toBe(counts.spans);
    expect(await number('select count(*) from trace')).toBe(counts.traces);
    expect(await number('select coalesce(sum(span_count), 0) from trace')).toBe(counts.spans);
    expect(await number('select count(*) from log_record')).toBe(counts.logs);
    expect(await number('select count(*) from metric_point')).toBe(counts.metricPoints);
    expect(await number('select coalesce(sum(span_count), 0) from service')).toBe(counts.spans);
    expect(await number('select coalesce(sum(error_count), 0) from service')).toBe(
      await number('select count(*) from span where status = 2'),
    );
    const lost = decodeRows(
      { trace_id: TEXT, whole: BOOL },
      await sql.query(
        `select t.trace_id::text as trace_id, bool_and(s.block_id between t.first_block and t.last_block) as whole
         from trace t left join span s using (workspace_id, trace_id) group by t.workspace_id, t.trace_id, t.span_count
         having count(s.span_id) <> t.span_count or not bool_and(s.block_id between t.first_block and t.last_block)`,
      ),
    );
    expect(lost).toEqual([]);
    // Every span is in a block, and every payload in one of its spans' blocks.
    expect(
      await number('select count(*) from span s where not exists (select 1 from span_block b where b.id = s.block_id)'),
    ).toBe(0);
    expect(
      await number(
        `select count(*) from span s where payload_id <> 0 and not exists (
           select 1 from span_payload p where p.block_id = s.block_id and p.id = s.payload_id)`,
      ),
    ).toBe(0);
    const closed = await number('select coalesce(sum(span_count), 0) from span_block where closed');
    const minutes = await number('select coalesce(sum(spans), 0) from operation_minute');
    expect(minutes).toBe(closed);
  }

  it('drops the oldest partitions when there are too many spans, and keeps marked and growing traces whole', async () => {
    const writer = writerFor(LIMIT);
    for (let i = 0; i < 10; i++) await writer.append([batchOf(batchFrom(i * 200, 200))]);
    await annotate(3);
    const before = [await spanOf(3, 0), await spanOf(3, 7)];
    const partitions = await number("select count(*) from pg_inherits where inhparent = 'span'::regclass");
    expect(partitions).toBeGreaterThan(3);

    const pruner = prunerFor(writer, LIMIT);
    expect(await pruner.run()).toBe(true);
    await expectConsistent();
    const counts = await reader().counts();
    expect(counts.spans).toBeLessThanOrEqual(8_000);
    expect(counts.spans).toBeGreaterThan(3_000);
    expect(await number("select count(*) from pg_inherits where inhparent = 'span'::regclass")).toBeLessThan(
      partitions,
    );

    await expect(reader().summary(traceIdOf(1))).rejects.toThrow('was pruned at');
    expect(await reader().summary(LONG_TRACE)).toMatchObject({ spanCount: 100 });
    expect(await reader().summary(traceIdOf(4))).toMatchObject({ spanCount: 10 });
    expect([await spanOf(3, 0), await spanOf(3, 7)]).toEqual(before);
    expect(await reader().summary(traceIdOf(2_000))).toMatchObject({ spanCount: 10 });

    const report = await pruner.last();
    expect(report).toMatchObject({ reason: 'count', spans: 20_100 - counts.spans, keptTraces: 1, logs: 0 });
    expect(report?.traces).toBe(2_001 - counts.traces);
    expect(report?.finishedAt).not.toBeNull();
    expect(report?.freedBytes).toBeGreaterThan(0);
    // Nothing is left to do.
    expect(await pruner.run()).toBe(false);

    // What stays is found as before: by word, by attribute, with its numbers.
    const searcher = new Searcher(sql, WORKSPACE, deflateCodec, new BlockSummaries(sql, WORKSPACE));
    const list = new TraceList(sql, searcher, reader());
    const { data } = await list.page({ query: '{ span.note =~ "Request 3 of span 7 .*" }', waitMs: 5_000 });
    expect(data.map(({ traceId }) => traceId)).toEqual([traceIdOf(4)]);
    expect(
      await searcher.spansOf(parseTraceql('{ span.note =~ "Request 3 .*" }'), traceIdOf(4), new Turns()),
    ).toHaveLength(10);
  });

  it('takes late spans of a pruned trace as a trace of their own', async () => {
    const writer = writerFor(LIMIT);
    for (let i = 0; i < 10; i++) await writer.append([batchOf(batchFrom(i * 200, 200))]);
    await prunerFor(writer, LIMIT).run();
    const late = batchFrom(0, 1).slice(5, 10);
    expect(await writer.append([batchOf(late)])).toEqual([{ stored: 5, duplicates: 0 }]);
    expect(await reader().summary(traceIdOf(1))).toMatchObject({ spanCount: 5, incomplete: true });
    await expectConsistent();
  });

  it('finishes what a crash cut short, wherever it came', async () => {
    const writer = writerFor(LIMIT);
    for (let i = 0; i < 8; i++) await writer.append([batchOf(batchFrom(i * 200, 200)), logBatch(i * 100, 100)]);
    await annotate(3);
    let steps = 0;
    let crashes = 0;
    for (let crashAt = 2; ; crashAt++) {
      steps = 0;
      // Each time a new process: nothing is known but what is on disk.
      const fresh = writerFor(LIMIT);
      const failing: Pick<StoreWriter, 'change'> = {
        change: (run) =>
          fresh.change(async (tx, state) => {
            const result = await run(tx, state);
            if (++steps === crashAt) throw new Error('power cut');
            return result;
          }),
      };
      const done = await prunerFor(failing, LIMIT)
        .run()
        .catch((error: Error) => {
          expect(error.message).toBe('power cut');
          crashes++;
          return null;
        });
      if (done !== null) break;
    }
    expect(crashes).toBeGreaterThan(3);
    // Services are counted anew only where a moved block was closed by another process.
    const counts = await reader().counts();
    expect(await number('select count(*) from span')).toBe(counts.spans);
    expect(counts.spans).toBeLessThanOrEqual(8_000);
    expect(await reader().summary(LONG_TRACE)).toMatchObject({ spanCount: 80 });
    expect(await spanOf(3, 7)).toMatchObject({ name: 'operation 1' });
    expect((await prunerFor(writer, LIMIT).last())?.finishedAt).not.toBeNull();
  });

  it('drops what is older than its days, also where nothing came since, and logs and metrics with it', async () => {
    const retention = { ...NO_LIMIT, days: 2 };
    const writer = writerFor(retention);
    await writer.append([batchOf(batchFrom(0, 100)), logBatch(0, 100), metricBatch(0, 50)]);
    await annotate(3);
    const early = prunerFor(writer, retention, () => Date.now() + 1.9 * DAY_MS);
    expect(await early.run()).toBe(false);
    await expectConsistent();

    const pruner = prunerFor(writer, retention, () => Date.now() + 2.1 * DAY_MS);
    expect(await pruner.run()).toBe(true);
    await expectConsistent();
    expect(await reader().counts()).toEqual({ traces: 1, spans: 10, logs: 1, metricPoints: 0 });
    expect(await spanOf(3, 7)).toMatchObject({ name: 'operation 1' });
    const logs = await new LogReader(sql, WORKSPACE, deflateCodec).list({});
    expect(logs.data).toMatchObject([{ message: 'line 3', attributes: [{ key: 'long' }] }]);
    expect(await pruner.last()).toMatchObject({ reason: 'age', traces: 100, spans: 1_000, logs: 99, metricPoints: 50 });

    await writer.append([batchOf(batchFrom(100, 10)), logBatch(100, 10), metricBatch(50, 10)]);
    await expectConsistent();
    expect(await reader().counts()).toEqual({ traces: 12, spans: 120, logs: 11, metricPoints: 10 });
  });

  it('gives the disk back when too much of it is taken', async () => {
    const empty = await databaseBytes();
    const retention = { ...NO_LIMIT, bytes: empty + 6_000_000 };
    const writer = writerFor(retention);
    for (let i = 0; i < 24; i++) await writer.append([batchOf(batchFrom(i * 400, 400))]);
    const full = await databaseBytes();
    expect(full).toBeGreaterThan(retention.bytes);
    const pruner = prunerFor(writer, retention);
    await pruner.run();
    expect(await databaseBytes()).toBeLessThanOrEqual(retention.bytes);
    expect(await pruner.last()).toMatchObject({ reason: 'size' });
    await expectConsistent();
    expect((await reader().counts()).spans).toBeGreaterThan(8_000);
  });

  it('does not take more and more away when what is left is all marked', async () => {
    const writer = writerFor(LIMIT);
    for (let i = 0; i < 4; i++) await writer.append([batchOf(batchFrom(i * 200, 200))]);
    for (let trace = 0; trace < 800; trace++) await annotate(trace);
    const retention = { ...NO_LIMIT, bytes: 1_000_000 };
    const pruner = prunerFor(writer, retention);
    await pruner.run();
    await expectConsistent();
    expect(await reader().counts()).toMatchObject({ traces: 801, spans: 8_040 });
    expect(await pruner.run()).toBe(false);
  });

  it('brings logs and metrics of the last schema along', async () => {
    await drop();
    ({ sql, drop } = await databases.createEmpty());
    await migrate(sql, deflateCodec, { ...CORE_SCHEMA, migrations: MIGRATIONS.slice(0, 7) });
    await sql.query("insert into service (workspace_id, name, name_digest) values (1, 'web', '\\x01')");
    for (const table of ['resource', 'scope']) {
      await sql.query(`insert into ${table} (workspace_id, digest, message, schema_url) values (1, '\\x01', '', '')`);
    }
    await sql.query(
      `insert into log_record (time_ns, observed_ns, workspace_id, service_id, resource_id, scope_id, payload_id, payload_index,
         severity, flags, attributes, event_name, message)
       select $1::int8 + n, 0, 1, 1, 1, 1, 0, 0, 9, 3, '{}', '', 'line ' || n from generate_series(1, 100) n`,
      [T0],
    );
    await sql.query(
      `insert into metric (workspace_id, name, description, unit, kind, temporality, monotonic, metadata, digest)
       values (1, 'requests', '', '', 'gauge', 0, false, '', '\\x01')`,
    );
    await sql.query(
      `insert into metric_series (workspace_id, metric_id, service_id, resource_id, scope_id, attributes, digest)
       values (1, 1, 1, 1, 1, '', '\\x01')`,
    );
    await sql.query(
      `insert into metric_point (time_ns, start_ns, int_value, workspace_id, series_id, rest)
       select $1::int8, 0, n, 1, 1, '' from generate_series(1, 60) n`,
      [T0],
    );
    await sql.query('update workspace set log_count = 100, metric_point_count = 60');
    await migrate(sql, deflateCodec);

    const retention = { ...NO_LIMIT, days: 1 };
    const writer = writerFor(retention);
    await writer.append([logBatch(100, 10), metricBatch(0, 5)]);
    const logs = new LogReader(sql, WORKSPACE, deflateCodec);
    expect((await logs.list({ limit: 200 })).data).toHaveLength(110);
    const metrics = new MetricReader(sql, WORKSPACE);
    const values: unknown[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await metrics.points(1, { limit: 7, cursor });
      values.push(...page.data.map(({ value }) => value));
      cursor = page.pagination.nextCursor;
    }
    expect(new Set(values.map((value) => JSON.stringify(value))).size).toBe(60);
    expect(values).toHaveLength(60);
    await prunerFor(writer, retention, () => Date.now() + 1.2 * DAY_MS).run();
    expect(await reader().counts()).toEqual({ traces: 0, spans: 0, logs: 0, metricPoints: 0 });
    await expectConsistent();
  });
});
