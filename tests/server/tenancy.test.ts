/** Row-level security, the second fence: a query that forgets whose rows it wants sees nobody else's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { decodeRows, INT4, TEXT } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';
import type { ServerDatabase } from '../../server/adapters/database';
import { openPglite } from '../../server/adapters/pglite';
import { openPostgres } from '../../server/adapters/postgresql';
import { migrateServer, SERVER_FOLDER } from '../../server/migrations/migrate-server';
import { deflateCodec } from '../../services/store/payload-codec';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { temporaryFolder } from '../fixtures/spoor';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

/** Of the server itself: a tenant's role may not so much as look. */
const CLOSED = [
  'account',
  'account_identity',
  'device_code',
  'endpoint_key',
  'event_consumer',
  'event_handled',
  'ingest_spool',
  'known_device',
  'oidc_attempt',
  'refresh_token',
  'schema_migration',
  'server_migration',
  'setup_link',
  'signing_key',
  'token_family',
];

describe.each(['PostgreSQL', 'PGlite'])('tenants on %s', (engine) => {
  let postgres: TestPostgres | null = null;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let database: ServerDatabase;

  beforeAll(async () => {
    folder = await temporaryFolder();
    if (engine === 'PostgreSQL') {
      postgres = await startPostgres();
      database = openPostgres({ url: await postgres.createDatabase(), connections: 4 });
    } else database = await openPglite(folder.path, SERVER_FOLDER);
    await migrateServer(database);
    // A second start finds everything as it should be.
    await migrateServer(database);
    for (const id of [2, 3]) {
      await database.system.query('insert into workspace (id, name) values ($1, $2)', [id, `workspace ${id}`]);
      const writer = new StoreWriter(database.system, id, deflateCodec);
      const span = {
        traceId: traceIdOf(id),
        spanId: 'ab'.repeat(8),
        name: 'GET /',
        kind: 2,
        startNs: T0,
        endNs: T0 + 1n,
      };
      await writer.append([
        batchOf([
          {
            ...span,
            service: 'web',
            attributes: { 'http.route': `/${id}`, prompt: `long ${'text '.repeat(100)}${id}` },
          },
        ]),
      ]);
      await database.system.query("insert into project (workspace_id, name) values ($1, 'shop')", [id]);
    }
  });
  afterAll(async () => {
    await database.close();
    await postgres?.stop();
    await folder.remove();
  });

  it('a query without its filter sees the rows of one workspace', async () => {
    for (const id of [2, 3, 2]) {
      const sql = database.tenant(id);
      for (const table of [
        'span',
        'span_payload',
        'span_block',
        'trace',
        'service',
        'operation',
        'attribute',
        'project',
      ]) {
        const rows = decodeRows({ id: INT4 }, await sql.query(`select distinct workspace_id as id from ${table}`));
        expect([table, rows]).toEqual([table, [{ id }]]);
      }
      expect(decodeRows({ id: INT4 }, await sql.query('select id from workspace'))).toEqual([{ id }]);
    }
  });

  it('nobody writes into another workspace, or out of it', async () => {
    const sql = database.tenant(2);
    const refused = /row-level security|permission denied/;
    await expect(sql.query("insert into project (workspace_id, name) values (3, 'theirs')")).rejects.toThrow(refused);
    await expect(sql.query('update project set workspace_id = 3')).rejects.toThrow(refused);
    expect(await sql.query('delete from project where workspace_id = 3 returning 1 as one')).toEqual([]);
    expect(await sql.query("update workspace set name = 'mine' where id = 3 returning 1 as one")).toEqual([]);
    await expect(sql.query('delete from audit_log')).rejects.toThrow(refused);
  });

  it('every table is fenced, or closed', async () => {
    const rows = await database.system.query(
      `select c.relname::text as name, c.relrowsecurity::int4 as fenced from pg_class c
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
    );
    const tables = decodeRows({ name: TEXT, fenced: INT4 }, rows);
    expect(tables.filter(({ fenced }) => fenced === 0).map(({ name }) => name)).toEqual(CLOSED);
    const sql: SqlClient = database.tenant(2);
    for (const name of CLOSED) await expect(sql.query(`select 1 from ${name}`)).rejects.toThrow(/permission denied/);
    // Nor through a partition, which has no policy of its own.
    const [partition] = decodeRows(
      { name: TEXT },
      await database.system.query(
        "select relname::text as name from pg_class where relispartition and relname ~ '^span_[0-9]+$' limit 1",
      ),
    );
    await expect(sql.query(`select 1 from ${partition?.name}`)).rejects.toThrow(/permission denied/);
  });

  it('who says no workspace sees none', async () => {
    const seen = await database.system.transaction(async (tx) => {
      await tx.query('set local role spoor_tenant');
      return tx.query('select 1 as one from span');
    });
    expect(seen).toEqual([]);
  });
});
