/** Databases that earlier commits made become what a new one is, and keep what they hold. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSchema, differencesOf, readCatalog, SchemaDiffersError } from '../../core/store/schema/catalog';
import expected from '../../core/store/schema/core-catalog.json';
import { CORE_SCHEMA, MigrationChangedError, migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { pgClient } from '../../server/adapters/pg-client';
import { migrateServer, SERVER_SCHEMA } from '../../server/migrations/migrate-server';
import expectedOfServer from '../../server/migrations/server-catalog.json';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteClient } from '../../services/store/pglite-client';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import {
  OLD_FOLDERS,
  OLD_SERVER_SPANS,
  OLD_SERVERS,
  OLD_SPANS,
  OLD_TRACES,
  oldDatabase,
} from '../fixtures/old-folders';
import { type Dumps, dumpsOfRun, restorePglite } from '../fixtures/pglite-dumps';

interface Restored {
  readonly sql: SqlClient;
  drop(): Promise<void>;
}

let postgres: TestPostgres;
let dumps: Dumps;
beforeAll(async () => {
  postgres = await startPostgres();
  dumps = await dumpsOfRun();
});
afterAll(() => postgres?.stop());

interface Engine {
  /** From an empty database. */
  restore(statements: string): Promise<Restored>;
  /** With the tables of this build. */
  migrated(): Promise<Restored>;
}

const inPglite = async (dump: Blob, statements = ''): Promise<Restored> => {
  const db = await restorePglite(dump);
  await db.exec(statements);
  return { sql: pgliteClient(db), drop: () => db.close() };
};
const inPostgres = async (url: string, statements = ''): Promise<Restored> => {
  const client = new pg.Client(url);
  await client.connect();
  if (statements !== '') await client.query(statements);
  await client.end();
  const sql = pgClient(url);
  return { sql, drop: () => sql.close() };
};

const ENGINES: Readonly<Record<string, Engine>> = {
  PGlite: {
    restore: (statements) => inPglite(dumps.empty, statements),
    migrated: () => inPglite(dumps.migrated),
  },
  PostgreSQL: {
    restore: async (statements) => inPostgres(await postgres.createDatabase(), statements),
    migrated: async () => inPostgres(await postgres.createMigrated()),
  },
};

const count = async (sql: SqlClient, table: string): Promise<number> =>
  Number((await sql.query(`select count(*) as n from ${table}`))[0]?.n);

describe.each(Object.entries(ENGINES))('%s', (_, { restore, migrated }) => {
  it.each(OLD_FOLDERS)('a folder of %s', async (name) => {
    const { sql, drop } = await restore(oldDatabase(name));
    const people = new Map<string, number>();
    for (const table of [
      'annotation',
      'score',
      'saved_view',
      'alert_rule',
      'comment',
      'tag',
      'dataset',
      'log_record',
    ]) {
      const [known] = await sql.query('select 1 as found where to_regclass($1) is not null', [table]);
      if (known) people.set(table, await count(sql, table));
    }
    await migrate(sql, deflateCodec);
    await checkSchema(sql, expected.catalog);
    const [kept] = await sql.query(
      'select span_count::int4 as spans, trace_count::int4 as traces from workspace where id = 1',
    );
    expect(kept).toEqual({ spans: OLD_SPANS, traces: OLD_TRACES });
    expect(await count(sql, '(select distinct trace_id, span_id from span) s')).toBe(OLD_SPANS);
    for (const [table, rows] of people) expect([table, await count(sql, table)]).toEqual([table, rows]);
    const [known] = await sql.query('select count(*)::int4 as n from schema_migration where checksum is null');
    expect(known).toEqual({ n: 0 });
    expect(await migrate(sql, deflateCodec)).toEqual([]);
    await drop();
  });

  it.each(OLD_SERVERS)('the database of %s', async (name) => {
    const { sql, drop } = await restore(oldDatabase(name));
    await migrateServer({ system: sql, engine: 'postgresql' });
    await checkSchema(sql, expectedOfServer.catalog);
    expect(await count(sql, 'span')).toBe(OLD_SERVER_SPANS);
    await drop();
  });

  it('a new database has what is expected', async () => {
    const { sql, drop } = await restore('');
    await migrate(sql, deflateCodec);
    expect(differencesOf(await readCatalog(sql), expected.catalog)).toEqual([]);
    expect(differencesOf(expected.catalog, await readCatalog(sql))).toEqual([]);
    await migrateServer({ system: sql, engine: 'postgresql' });
    expect(differencesOf(await readCatalog(sql), expectedOfServer.catalog)).toEqual([]);
    await drop();
  });

  it.each([
    ['alter table saved_view drop column team', 'column saved_view.team text is missing'],
    [
      'alter table sync_trace alter column project_id type uuid using null',
      'column sync_trace.project_id is uuid, not text',
    ],
    ['alter table trace alter column start_ns drop not null', 'column trace.start_ns is bigint, not bigint not null'],
    ['drop index trace_long', 'index trace_long'],
    [
      'alter table alert drop constraint alert_workspace_id_rule_id_fkey',
      'constraint alert.alert_workspace_id_rule_id_fkey',
    ],
    ['drop trigger stamp_new on comment', 'trigger comment.stamp_new'],
    [
      'create or replace function next_stamp(of_workspace int4) returns text language sql as $$ select null $$',
      'function next_stamp',
    ],
    ['alter table log_record detach partition log_record_0', 'table log_record_0 belongs to no other table'],
    ['alter table trace add column must int4 not null', 'column trace.must integer not null is not known'],
    ['drop table service_edge', 'table service_edge is missing'],
  ])('says what differs and leaves it: %s', async (change, said) => {
    const { sql, drop } = await migrated();
    await sql.query(change);
    const before = await readCatalog(sql);
    const checked = checkSchema(sql, expected.catalog);
    await expect(checked).rejects.toThrow(SchemaDiffersError);
    await expect(checked).rejects.toThrow(said);
    expect(await readCatalog(sql)).toEqual(before);
    await drop();
  });

  it('what an administrator adds does no harm', async () => {
    const { sql, drop } = await migrated();
    await sql.query('create index of_ours on trace (span_count)');
    await sql.query('create table of_ours_too (id int4 primary key)');
    await sql.query('alter table trace add column may int4');
    await checkSchema(sql, expected.catalog);
    await drop();
  });

  it('a migration that was run in another form is said, and nothing is run after it', async () => {
    const { sql, drop } = await restore('');
    await migrate(sql, deflateCodec, { ...CORE_SCHEMA, migrations: CORE_SCHEMA.migrations.slice(0, -1) });
    await sql.query("update schema_migration set checksum = 'another' where version = 5");
    await expect(migrate(sql, deflateCodec)).rejects.toThrow(MigrationChangedError);
    expect(await count(sql, 'schema_migration')).toBe(CORE_SCHEMA.migrations.length - 1);
    await drop();
  });
});

it('every migration has its hash', () => {
  for (const { migrations, checksums } of [CORE_SCHEMA, SERVER_SCHEMA])
    expect(migrations.filter(({ version }) => !checksums.get(version))).toEqual([]);
});
