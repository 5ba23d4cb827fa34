/** Limits of size on real files: what can be given back is, nothing else is deleted, and the disk stays within the limit. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Retention } from '../../core/api/retention';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { Pruner } from '../../core/store/pruning/pruner';
import { TraceReader } from '../../core/store/read/trace-reader';
import { decodeRows, INT8 } from '../../core/store/sql/row-spec';
import { type OpenDatabase, openDatabase } from '../../services/store/open-database';
import { deflateCodec } from '../../services/store/payload-codec';
import { bytesBelow } from '../../workers/store/disk-usage';
import { TendedWriter } from '../../workers/store/tended-writer';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const MB = 1024 * 1024;

let template: string;
let folder: string;
let database: OpenDatabase;
let pruner: Pruner;
let writer: TendedWriter;

const onDisk = () => bytesBelow(database.directory);
const spans = async () => (await new TraceReader(database.sql, WORKSPACE).counts()).spans;
const size = async (table: string): Promise<number> =>
  Number(decodeRows({ n: INT8 }, await database.sql.query(`select pg_table_size('${table}') as n`))[0]?.n);

function open(retention: Retention): void {
  const { sql } = database;
  const records = new StoreWriter(sql, WORKSPACE, deflateCodec, retention);
  writer = new TendedWriter(records, sql, { demand: async () => {} });
  pruner = new Pruner(sql, records, WORKSPACE, retention, {
    vacuums: true,
    bytes: onDisk,
    settle: async () => {
      await sql.query('checkpoint');
    },
    allowsQuarantine: async () => true,
  });
}

/** 40 MB that nobody may take out. */
async function fill(): Promise<void> {
  await database.sql.query('create table filler (text text)');
  await database.sql.query(
    `insert into filler select (select string_agg(md5((n * 10000 + m)::text), '') from generate_series(1, 3000) m)
     from generate_series(1, 420) n`,
  );
}

/** Calls of models, ten to a trace; what they say is new each time where it is asked for. */
function calls(from: number, count: number, isNew = false): SampleSpan[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    return {
      traceId: traceIdOf(Math.floor(n / 10) + 1),
      spanId: (n + 1).toString(16).padStart(16, '0'),
      service: 'agent',
      name: isNew ? `chat ${n}` : 'chat',
      startNs: T0 + BigInt(n),
      endNs: T0 + BigInt(n) + 1_000_000n,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'model',
        'gen_ai.usage.input_tokens': n % 1_000,
        text: `${n} ${'word '.repeat(80)}`,
      },
    };
  });
}

beforeAll(async () => {
  template = await mkdtemp(join(tmpdir(), 'spoor-template-'));
  const made = await openDatabase(template, null);
  await made.sql.query('checkpoint');
  await made.db.close();
});
afterAll(() => rm(template, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spoor-limit-'));
  database = await openDatabase(folder, join(template, 'db'));
});
afterEach(async () => {
  await database.db.close();
  await rm(folder, { recursive: true, force: true });
});

it('stops where what is over is nothing that pruning takes out, and says what it is', async () => {
  await fill();
  await database.sql.query('checkpoint');
  const base = await onDisk();
  open({ days: null, bytes: base - 4 * MB, spans: 15_000 });
  for (let from = 0; from < 14_000; from += 2_000) await writer.append([batchOf(calls(from, 2_000))]);
  const stored = await spans();
  for (let i = 0; i < 4; i++) await pruner.run();
  // Less than a tenth of the limit: all of it stays.
  expect(await spans()).toBe(stored);
  const unmet = pruner.unmetLimit();
  expect(unmet).toMatchObject({ limitBytes: base - 4 * MB, floorBytes: Math.floor((base - 4 * MB) / 10) });
  expect(unmet?.message).toMatch(/^The limit of \d+ MiB cannot be met: \d+ MiB are .* Raise retention.gigabytes/);
  expect(unmet?.recordBytes).toBeLessThan(unmet?.floorBytes as number);
  expect(await pruner.last()).toBeNull();
});

it('leaves a tenth of the limit to the newest records, whatever else grows', async () => {
  const base = await onDisk();
  open({ days: null, bytes: base + 28 * MB, spans: null });
  for (let from = 0; from < 120_000; from += 4_000) await writer.append([batchOf(calls(from, 4_000))]);
  await fill();
  for (let i = 0; i < 4; i++) await pruner.run();
  const unmet = pruner.unmetLimit();
  expect(unmet?.recordBytes).toBeGreaterThanOrEqual(unmet?.floorBytes as number);
  expect(await spans()).toBeGreaterThan(10_000);
  expect(await spans()).toBeLessThan(120_000);
  // Once the other thing is gone, so is the trouble.
  await database.sql.query('truncate filler');
  await pruner.run();
  expect(pruner.unmetLimit()).toBeNull();
});

it('keeps the disk within its limit while records come, and tables as large as what they hold', async () => {
  const limit = (await onDisk()) + 20 * MB;
  open({ days: null, bytes: limit, spans: 20_000 });
  let largest = 0;
  for (let round = 0; round < 40; round++) {
    await writer.append([batchOf(calls(round * 3_000, 3_000))]);
    await pruner.run();
    largest = Math.max(largest, await onDisk());
  }
  expect(largest).toBeLessThan(limit * 1.1);
  expect(await spans()).toBeGreaterThan(5_000);
  expect(pruner.unmetLimit()).toBeNull();
  // 120,000 calls came; room is used again, or given back.
  expect(await size('model_call')).toBeLessThan(6 * MB);
});

it('ends the log of the database by what is in it, not by what came', async () => {
  open({ days: null, bytes: null, spans: null });
  const base = await onDisk();
  for (let round = 0; round < 300; round++) await writer.append([batchOf(calls(round * 10, 10, true))]);
  const log = await bytesBelow(join(database.directory, 'pg_wal'));
  expect(log).toBeLessThan(48 * MB);
  expect(await onDisk()).toBeLessThan(base + 60 * MB);
});

it('keeps the disk within its limit where each span has names that no other has', async () => {
  const limit = (await onDisk()) + 26 * MB;
  open({ days: null, bytes: limit, spans: null });
  const names = ['service', 'operation', 'resource', 'attribute', 'attribute_key', 'model_call_kind'];
  let largest = 0;
  for (let round = 0; round < 30; round++) {
    const some = calls(round * 400, 400, true).map((span, i) => {
      const n = round * 400 + i;
      const { text: _, ...attributes } = span.attributes ?? {};
      const own = { [`key.${n}`]: n, 'http.route': `/items/${n}`, 'gen_ai.request.model': `model ${n}` };
      return { ...span, service: `service ${n}`, attributes: { ...attributes, ...own } };
    });
    await writer.append([batchOf(some)]);
    await pruner.run();
    largest = Math.max(largest, await onDisk());
  }
  expect(largest).toBeLessThan(limit * 1.1);
  expect(pruner.unmetLimit()).toBeNull();
  const stored = await spans();
  expect(stored).toBeGreaterThan(400);
  expect(stored).toBeLessThan(12_000);
  // Of 12,000 that came, and three attributes each: those of spans that are left, or were pruned since the last sweep.
  for (const table of names) {
    const [row] = await database.sql.query(`select count(*)::int4 as n from ${table}`);
    expect(row?.n, table).toBeLessThan(table === 'attribute' ? 24_000 : 8_000);
  }
});
