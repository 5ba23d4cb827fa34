/** Attributes as numbers, payloads beside them: what was sent comes back, whichever way it is stored. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hexFromBytes, int8FromSpanId, type SpanId } from '../../core/model/ids';
import type { SpanBatch } from '../../core/model/span-batch';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { spans001 } from '../../core/store/migrations/001-spans';
import { readSpan } from '../../core/store/read/span-reader';
import { TraceReader } from '../../core/store/read/trace-reader';
import { CORE_SCHEMA, migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { loadTrace } from '../../core/timeline/load-trace';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, drawnSpans, messageOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const SPAN_ATTRIBUTES = 9;

const spanOf = (n: number, attributes: SampleSpan['attributes']): SampleSpan => ({
  traceId: traceIdOf(n),
  spanId: n.toString(16).padStart(16, '0'),
  service: 'web',
  name: 'op',
  startNs: T0,
  endNs: T0,
  ...(attributes ? { attributes } : {}),
});

describe.each([pgliteDatabases(), postgresDatabases()])('compact spans on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
  });
  afterEach(() => drop());

  const attributesOf = async (n: number) =>
    (await readSpan(sql, deflateCodec, WORKSPACE, traceIdOf(n), n.toString(16).padStart(16, '0'))).attributes;
  const one = async (query: string): Promise<number> => Number(Object.values((await sql.query(query))[0] ?? {})[0]);

  it('gives short values a number and long ones a place in a payload, and reads both back in order', async () => {
    await migrate(sql, deflateCodec);
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    const prompt = 'You are helpful. '.repeat(20_000);
    const spans = Array.from({ length: 50 }, (_, i) =>
      spanOf(i + 1, {
        method: 'GET',
        prompt: `${prompt}${i}`,
        status: 200 + (i % 2),
        ['k'.repeat(300)]: 'long key',
        z: '',
      }),
    );
    await writer.append([batchOf(spans.slice(0, 20)), batchOf(spans.slice(20))]);
    for (const n of [1, 20, 21, 50]) {
      expect(await attributesOf(n)).toEqual([
        { key: 'method', value: { stringValue: 'GET' } },
        { key: 'prompt', value: { stringValue: `${prompt}${n - 1}` } },
        { key: 'status', value: { intValue: String(200 + ((n - 1) % 2)) } },
        { key: 'k'.repeat(300), value: { stringValue: 'long key' } },
        { key: 'z', value: { stringValue: '' } },
      ]);
    }
    // 17 MB of prompts; the hot table holds none of them.
    expect(await one('select sum(pg_column_size(s.*))::int4 as n from span s')).toBeLessThan(50 * 200);
    expect(await one('select count(*)::int4 as n from attribute where key_id > 1')).toBe(4);
  });

  it('finds spans by an attribute in SQL', async () => {
    await migrate(sql, deflateCodec);
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    await writer.append([batchOf(Array.from({ length: 30 }, (_, i) => spanOf(i + 1, { status: 200 + (i % 3) })))]);
    expect(
      await one(`select count(*)::int4 as n from span where attributes && array(select a.id from attribute a
        join attribute_key k on k.id = a.key_id where k.key = 'status' and a.number >= 201)`),
    ).toBe(20);
  });

  it('stops numbering the values of a key that has too many, and loses none', async () => {
    await migrate(sql, deflateCodec);
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    const spans = Array.from({ length: 10_200 }, (_, i) => spanOf(i + 1, { id: `request-${i + 1}`, same: true }));
    for (let at = 0; at < spans.length; at += 3_000) await writer.append([batchOf(spans.slice(at, at + 3_000))]);
    expect(await one("select value_count from attribute_key where key = 'id'")).toBe(10_000);
    for (const n of [1, 10_000, 10_001, 10_200]) {
      expect((await attributesOf(n))[0]).toEqual({ key: 'id', value: { stringValue: `request-${n}` } });
    }
    // A writer that starts afresh knows the same dictionary.
    const next = new StoreWriter(sql, WORKSPACE, deflateCodec);
    await next.append([batchOf([spanOf(20_000, { id: 'request-1', same: true })])]);
    expect(await attributesOf(20_000)).toHaveLength(2);
    expect(await one("select count(*)::int4 as n from attribute_key where key in ('id', 'same')")).toBe(2);
    expect(await one('select count(*)::int4 as n from attribute where key_id > 1')).toBe(10_001);
  });

  it('rolls its dictionary back with the transaction', async () => {
    await migrate(sql, deflateCodec);
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    const broken: SpanBatch = {
      ...batchOf([spanOf(2, { fresh: 'value' })]),
      operations: [{ serviceName: 'a\0b', name: 'x', kind: 0 }],
    };
    const good = batchOf([spanOf(1, { fresh: 'value' })]);
    await expect(writer.append([good, broken])).rejects.toThrow();
    expect(await writer.append([good])).toEqual([{ stored: 1, duplicates: 0 }]);
    expect(await attributesOf(1)).toEqual([{ key: 'fresh', value: { stringValue: 'value' } }]);
  });

  it('rewrites the spans of the first schema, each as it was', async () => {
    await drop();
    ({ sql, drop } = await databases.createEmpty());
    await migrate(sql, deflateCodec, { ...CORE_SCHEMA, migrations: [spans001] });
    const batch = batchOf([
      ...drawnSpans(traceIdOf(1), 'GET /a 0..100 web\n  call 10..90 api\n    SQL 20..60 db !timeout'),
      { ...spanOf(7, { text: 'x'.repeat(5_000), n: 1 }), links: [{ traceId: traceIdOf(9), spanId: 'b'.repeat(16) }] },
    ]);
    await storeInFirstSchema(sql, batch);
    expect((await migrate(sql, deflateCodec))[0]).toBe(2);
    const reader = new TraceReader(sql, WORKSPACE);
    expect((await loadTrace(reader, traceIdOf(1))).columns.length).toBe(3);
    const failed = await readSpan(sql, deflateCodec, WORKSPACE, traceIdOf(1), `${'0'.repeat(15)}3`);
    expect(failed).toMatchObject({ name: 'SQL', parentSpanId: `${'0'.repeat(15)}2`, status: { message: 'timeout' } });
    const detail = await readSpan(sql, deflateCodec, WORKSPACE, traceIdOf(7), `${'0'.repeat(15)}7`);
    expect(detail.attributes).toEqual([
      { key: 'text', value: { stringValue: 'x'.repeat(5_000) } },
      { key: 'n', value: { intValue: '1' } },
    ]);
    expect(detail.links).toHaveLength(1);
    // What comes again with its resource, which the first schema did not keep for these, takes the place of what was stored: once.
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    expect(await writer.append([batch])).toEqual([{ stored: 4, duplicates: 0 }]);
    expect(await writer.append([batch])).toEqual([{ stored: 0, duplicates: 4 }]);
    expect(await one('select count(*)::int4 as n from span')).toBe(4);
    expect((await loadTrace(reader, traceIdOf(1))).columns.length).toBe(3);
  });
});

/** As the writer of the first schema did. */
async function storeInFirstSchema(sql: SqlClient, batch: SpanBatch): Promise<void> {
  await sql.query(`insert into service (workspace_id, name, name_digest)
    select 1, name, sha256(name::bytea) from unnest(array['web', 'api', 'db']) as i (name)`);
  await sql.query("insert into resource (workspace_id, digest, message, schema_url) values (1, 'r', '', '')");
  await sql.query("insert into scope (workspace_id, digest, message, schema_url) values (1, 's', '', '')");
  for (const [i, { serviceName, name, kind }] of batch.operations.entries()) {
    await sql.query(
      `insert into operation (workspace_id, service_id, kind, name, name_digest)
       select 1, id, $2, $3, $4 from service where name = $1`,
      [serviceName, kind, name, Uint8Array.of(i)],
    );
  }
  for (let row = 0; row < batch.length; row++) {
    const trace = hexFromBytes(batch.traceId, (batch.trace[row] as number) * 16, 16);
    const span = int8FromSpanId(hexFromBytes(batch.spanId, row * 8, 8) as SpanId);
    const parent = int8FromSpanId(hexFromBytes(batch.parentSpanId, row * 8, 8) as SpanId);
    const start = batch.startNs[row] as bigint;
    await sql.query(
      `insert into span (workspace_id, trace_id, span_id, parent_span_id, start_ns, duration_ns, resource_id, scope_id,
         operation_id, status, body) values (1, $1::uuid, $2, nullif($3::int8, 0), $4, $5, 1, 1, $6, $7, $8)`,
      [
        trace,
        span,
        parent,
        start,
        (batch.endNs[row] as bigint) - start,
        (batch.operation[row] as number) + 1,
        batch.status[row] as number,
        messageOf(batch.parts, row, SPAN_ATTRIBUTES),
      ],
    );
  }
  await sql.query(`insert into trace (workspace_id, trace_id, start_ns, end_ns, span_count, error_count, service_ids,
      root_rank, root_start_ns, root_span_id, root_operation_id, missing_parents)
    select 1, trace_id, min(start_ns), max(start_ns + duration_ns), count(*), 0, '{1}', 0, min(start_ns), min(span_id),
      min(operation_id), 0 from span group by trace_id`);
}
