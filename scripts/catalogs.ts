/** Prints what a new database has, of the desktop and of the team server, as JSON: for `npm run schema`. */
import { PGlite } from '@electric-sql/pglite';
import { readCatalog } from '../core/store/schema/catalog';
import { migrate } from '../core/store/schema/migrate';
import type { SqlClient } from '../core/store/sql/sql-client';
import { bringServer } from '../server/migrations/migrate-server';
import { deflateCodec } from '../services/store/payload-codec';
import { pgliteClient } from '../services/store/pglite-client';

async function catalogAfter(bring: (sql: SqlClient) => Promise<unknown>): Promise<string[]> {
  const db = await PGlite.create();
  const sql = pgliteClient(db);
  await bring(sql);
  const catalog = await readCatalog(sql);
  await db.close();
  return catalog;
}

async function print(): Promise<void> {
  const core = await catalogAfter((sql) => migrate(sql, deflateCodec));
  const server = await catalogAfter((sql) => bringServer({ system: sql, engine: 'pglite' }));
  process.stdout.write(JSON.stringify({ core, server }));
}

void print();
