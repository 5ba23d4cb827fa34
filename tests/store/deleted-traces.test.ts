/** Traces that were deleted long ago leave the disk, to the last byte of their payloads, and nothing else does. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { Annotations } from '../../core/store/people/annotations';
import { removeDeletedTraces } from '../../core/store/pruning/deleted-traces';
import { deleteTrace, restoreTrace } from '../../core/store/pruning/trace-removal';
import { readSpan } from '../../core/store/read/span-reader';
import { TraceReader } from '../../core/store/read/trace-reader';
import { migrate } from '../../core/store/schema/migrate';
import { BYTEA, decodeRows, INT8 } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const SPANS = 6;
const idOf = (trace: number, n: number): string => (trace * 1_000_000 + n + 1).toString(16).padStart(16, '0');

function traceOf(trace: number, spans = SPANS): SampleSpan[] {
  return Array.from({ length: spans }, (_, n) => ({
    traceId: traceIdOf(trace),
    spanId: idOf(trace, n),
    ...(n > 0 && { parentSpanId: idOf(trace, 0) }),
    service: `service ${trace % 2}`,
    name: `chat ${n % 3}`,
    startNs: T0 + BigInt(trace * 1_000 + n),
    endNs: T0 + BigInt(trace * 1_000 + n + 500),
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': n,
      'gen_ai.prompt': `The secret of trace ${trace}, span ${n}: ${'so much '.repeat(30)}`,
    },
  }));
}

describe.each([pgliteDatabases(), postgresDatabases()])('deleted traces on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let writer: StoreWriter;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
  });
  afterEach(() => drop());

  const remove = (isStopped = () => false) => removeDeletedTraces((run) => writer.change(run), isStopped);
  const age = (days: number) =>
    sql.query(`update trace set deleted_at = now() - make_interval(days => $1::int4) where deleted_at is not null`, [
      days,
    ]);
  const count = async (table: string): Promise<number> =>
    Number(decodeRows({ n: INT8 }, await sql.query(`select count(*) as n from ${table}`))[0]?.n);
  /** All that payloads hold, as text. */
  const kept = async (): Promise<string> =>
    decodeRows({ data: BYTEA }, await sql.query('select data from span_payload'))
      .map(({ data }) => Buffer.from(deflateCodec.unpack(data)).toString('latin1'))
      .join('\n');
  const read = (trace: number, n: number) => readSpan(sql, deflateCodec, WORKSPACE, traceIdOf(trace), idOf(trace, n));
  const counts = () => new TraceReader(sql, WORKSPACE).counts();

  it('are as old as they are, also when the clock was behind as they were deleted', async () => {
    await writer.append([batchOf([1, 2].flatMap((trace) => traceOf(trace)))]);
    // The clock is forty days behind what was seen of it, and then right.
    await sql.query(
      "insert into retention_clock (id, seen_at, clock_at) values (1, now() + interval '40 days', now())",
    );
    await deleteTrace(sql, WORKSPACE, traceIdOf(1));
    const rows = await sql.query(
      'select (t.deleted_at >= c.seen_at)::int4 as stamped from trace t, retention_clock c where t.deleted_at is not null',
    );
    expect(rows).toEqual([{ stamped: 1 }]);
    // Far ahead: it goes some day nevertheless.
    await sql.query("update retention_clock set seen_at = now() - interval '74 years'");
    await deleteTrace(sql, WORKSPACE, traceIdOf(2));
    const ahead = await sql.query(
      `select (t.deleted_at <= c.seen_at + interval '1 day')::int4 as bounded from trace t, retention_clock c
       where t.trace_id = $1::uuid`,
      [traceIdOf(2)],
    );
    expect(ahead).toEqual([{ bounded: 1 }]);
  });

  it('leave with what payloads hold of them; those beside them are as they were', async () => {
    const traces = Array.from({ length: 20 }, (_, i) => i + 1);
    // Several to a payload, in one block and in another.
    await writer.append([batchOf(traces.slice(0, 10).flatMap((trace) => traceOf(trace)))]);
    await writer.append([batchOf(traces.slice(10).flatMap((trace) => traceOf(trace)))]);
    const going = traces.filter((trace) => trace % 3 === 0);
    const staying = traces.filter((trace) => trace % 3 !== 0);
    const before = await Promise.all(staying.flatMap((trace) => [read(trace, 0), read(trace, SPANS - 1)]));
    await new Annotations(sql, WORKSPACE).set(traceIdOf(3), idOf(3, 0), { bookmarked: true, note: 'mine' });
    for (const trace of going) await deleteTrace(sql, WORKSPACE, traceIdOf(trace));
    const listed = await counts();
    expect(await remove()).toBe(0);
    await age(29);
    expect(await remove()).toBe(0);
    await restoreTrace(sql, WORKSPACE, traceIdOf(6));
    await deleteTrace(sql, WORKSPACE, traceIdOf(6));
    await sql.query(
      "update trace set deleted_at = now() - interval '31 days' where deleted_at < now() - interval '1 day'",
    );
    expect(await remove()).toBe(going.length - 1);
    // The one that was deleted again lately can be restored still.
    await restoreTrace(sql, WORKSPACE, traceIdOf(6));
    expect(await read(6, 2)).toMatchObject({ name: 'chat 2' });
    await deleteTrace(sql, WORKSPACE, traceIdOf(6));
    expect(await counts()).toEqual(listed);
    expect(await count('span')).toBe((staying.length + 1) * SPANS);
    for (const table of ['trace', 'model_call']) {
      expect(await count(table)).toBe((staying.length + 1) * (table === 'trace' ? 1 : SPANS));
    }
    expect(await count('annotation')).toBe(0);
    const text = await kept();
    for (const trace of going.filter((one) => one !== 6)) expect(text).not.toContain(`The secret of trace ${trace},`);
    for (const trace of staying) expect(text).toContain(`The secret of trace ${trace},`);
    expect(await Promise.all(staying.flatMap((trace) => [read(trace, 0), read(trace, SPANS - 1)]))).toEqual(before);
    // A span that comes late begins the trace anew.
    await writer.append([batchOf(traceOf(3, 1))]);
    expect(await new TraceReader(sql, WORKSPACE).summary(traceIdOf(3))).toMatchObject({ spanCount: 1 });
  });

  it('of a large one a thousand spans leave at a time, and what was cut off goes on', async () => {
    await writer.append([batchOf([...traceOf(1, 2_500), ...traceOf(2)])]);
    await deleteTrace(sql, WORKSPACE, traceIdOf(1));
    await age(31);
    let steps = 0;
    expect(await remove(() => ++steps > 1)).toBe(0);
    expect(await count('span')).toBe(1_500 + SPANS);
    expect(await count('trace')).toBe(2);
    const failing = removeDeletedTraces(
      (run) =>
        writer.change(async (tx, state) => {
          await run(tx, state);
          throw new Error('the process ends');
        }),
      () => false,
    );
    await expect(failing).rejects.toThrow('the process ends');
    expect(await count('span')).toBe(1_500 + SPANS);
    expect(await remove()).toBe(1);
    expect([await count('span'), await count('trace')]).toEqual([SPANS, 1]);
    expect(await kept()).not.toContain('The secret of trace 1,');
    expect(await read(2, 3)).toMatchObject({ name: 'chat 0' });
  });
});
