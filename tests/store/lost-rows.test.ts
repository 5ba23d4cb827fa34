/** A page of zeros, which PostgreSQL takes for an empty one, is noticed; a database that is only counted wrongly is not called damaged. */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { deleteTrace } from '../../core/store/pruning/trace-removal';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { LostRows } from '../../services/store/lost-rows';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteClient } from '../../services/store/pglite-client';
import { damage, relationFiles } from '../fixtures/damage';
import { temporaryFolder } from '../fixtures/spoor';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const TRACES = 600;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let db: PGlite;
let sql: SqlClient;
const directory = () => join(folder.path, 'db');

async function open(): Promise<void> {
  db = await PGlite.create({ dataDir: directory() });
  sql = pgliteClient(db);
}

beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(directory());
  await open();
  await migrate(sql, deflateCodec);
  const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
  const spans = Array.from({ length: TRACES * 10 }, (_, i) => ({
    traceId: traceIdOf(Math.floor(i / 10) + 1),
    spanId: (i + 1).toString(16).padStart(16, '0'),
    service: 'web',
    name: `operation ${i % 7}`,
    startNs: T0 + BigInt(i),
    endNs: T0 + BigInt(i + 5),
    attributes: { note: `note ${i} ${'long '.repeat(30)}` },
  }));
  for (let i = 0; i < spans.length; i += 1_000) await writer.append([batchOf(spans.slice(i, i + 1_000))]);
  await deleteTrace(sql, WORKSPACE, traceIdOf(3));
});
afterEach(async () => {
  await db.close();
  await folder.remove();
});

/** Whatever a few looks find. */
async function looks(): Promise<string | null> {
  const rows = new LostRows(sql, directory());
  for (let i = 0; i < 5; i++) {
    const found = await rows.look();
    if (found !== null) return found;
  }
  return null;
}

it('finds nothing where nothing is lost, nor where only a count is wrong', async () => {
  expect(await looks()).toBeNull();
  await sql.query('update workspace set trace_count = trace_count + 1');
  await sql.query('update span_block set span_count = span_count + 1 where closed');
  await db.close();
  await open();
  expect(await looks()).toBeNull();
});

it.each(['span', 'span_payload', 'trace'])('finds that a page of %s was overwritten with zeros', async (table) => {
  await db.close();
  const files = await relationFiles(directory());
  const [name = '', path = ''] = [...files].find(([one]) => new RegExp(`^${table}(_[0-9]+)?$`).test(one)) ?? [];
  expect((await stat(join(directory(), path))).size).toBeGreaterThan(8_192);
  await damage(folder.path, path, 'zeroed');
  await open();
  expect(await looks()).toContain(`the table ${name}, was overwritten with zeros`);
});
