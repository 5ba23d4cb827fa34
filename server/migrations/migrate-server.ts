/** Brings a database to the schemas of this build, and puts a fence around every workspace. */

import { isQuarantinedName } from '../../core/store/pruning/quarantine';
import { checkSchema } from '../../core/store/schema/catalog';
import landed from '../../core/store/schema/landed-migrations.json';
import {
  CORE_SCHEMA,
  checksumsByVersion,
  isBehind,
  type Migration,
  type MigrationSet,
  migrate,
} from '../../core/store/schema/migrate';
import { decodeRows, TEXT } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { isDistributed } from '../adapters/citus';
import { type ServerDatabase, TENANT_ROLE, TENANT_SETTING } from '../adapters/database';
import { accounts001 } from './001-accounts';
import { idempotency002 } from './002-idempotency';
import { retention003 } from './003-retention';
import { deviceCodes004 } from './004-device-codes';
import { identities005 } from './005-identities';
import { events006 } from './006-events';
import { webhooks007 } from './007-webhooks';
import { alertEvents008 } from './008-alert-events';
import { endpointKeys009 } from './009-endpoint-keys';
import { uploads010 } from './010-uploads';
import { deletedTraces011 } from './011-deleted-traces';
import { sync012 } from './012-sync';
import { oneIndex013 } from './013-one-index';
import { checksums014 } from './014-checksums';
import { knownDevices015 } from './015-known-devices';
import { restoredHits016 } from './016-restored-hits';
import { dashboards018 } from './018-dashboards';
import { distributedCatalog } from './distributed';
import { SERVER_REPAIRS } from './repairs';
import expected from './server-catalog.json';

export const SERVER_MIGRATIONS: readonly Migration[] = [
  accounts001,
  idempotency002,
  retention003,
  deviceCodes004,
  identities005,
  events006,
  webhooks007,
  alertEvents008,
  endpointKeys009,
  uploads010,
  deletedTraces011,
  sync012,
  oneIndex013,
  checksums014,
  knownDevices015,
  restoredHits016,
  dashboards018,
];

export const SERVER_SCHEMA: MigrationSet = {
  table: 'server_migration',
  migrations: SERVER_MIGRATIONS,
  repairs: SERVER_REPAIRS,
  checksumsSince: checksums014.version,
  checksums: checksumsByVersion(landed.server),
};

/** Of the copies of a server that start together one does it. */
const TENANCY_LOCK = 4_318_003;

/** Read once a statement, not once a row. */
const TENANT = `(select nullif(current_setting('${TENANT_SETTING}', true), '')::int4)`;

/** Tables without `workspace_id` whose rows belong to a workspace: what names it. */
const BELONGS: Readonly<Record<string, string>> = {
  workspace: 'id = TENANT',
  // Of no workspace, and nothing to hide.
  retention_clock: 'true',
  experiment_result: 'exists (select 1 from experiment e where e.id = experiment_id and e.workspace_id = TENANT)',
};
/** Tables that people of a workspace may not reach at all, though their rows name one. */
const SYSTEM_TABLES: readonly string[] = [
  'refresh_token',
  'ingest_spool',
  'device_code',
  'endpoint_key',
  'event_consumer',
  'event_handled',
];
/** Tables whose rows people of a workspace may add to and read. */
const APPEND_ONLY: readonly string[] = ['audit_log', 'event'];
const READ_ONLY: readonly string[] = ['retention_clock'];

/** @throws SchemaDiffersError, leaving the database as it was; and as `migrate` */
export async function migrateServer(database: Pick<ServerDatabase, 'system' | 'engine'>): Promise<void> {
  await database.system.transaction(async (tx) => {
    await bringServer({ system: tx, engine: database.engine });
    await checkSchema(tx, (await isDistributed(tx)) ? distributedCatalog(expected.catalog) : expected.catalog);
  });
}

/** As `migrateServer`, believing what comes of it. */
export async function bringServer({ system, engine }: Pick<ServerDatabase, 'system' | 'engine'>): Promise<void> {
  await migrate(system, deflateCodec);
  await migrate(system, deflateCodec, SERVER_SCHEMA);
  await fence(system);
  // There COPY out goes through a file of its own making, in the memory of the process.
  if (engine === 'pglite') await system.query(`grant pg_write_server_files to ${TENANT_ROLE}`);
}

/** What `openDatabase` is to do with the folder of a trial: the migrations of both. */
export const SERVER_FOLDER = {
  isBehind: async (sql: SqlClient): Promise<boolean> =>
    (await isBehind(sql, CORE_SCHEMA)) || (await isBehind(sql, SERVER_SCHEMA)),
  bring: (sql: SqlClient): Promise<void> => migrateServer({ system: sql, engine: 'pglite' }),
  check: (sql: SqlClient): Promise<void> => checkSchema(sql, expected.catalog),
};

/**
 * Row-level security on every table of workspaces. It is not forced on the owner of the tables, which writes spans by COPY, and
 * PostgreSQL has no COPY into a table with policies (ADR 018): requests of people run as another role.
 */
async function fence(sql: SqlClient): Promise<void> {
  await sql.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [TENANCY_LOCK]);
    const [role] = await tx.query('select 1 as found from pg_roles where rolname = $1', [TENANT_ROLE]);
    if (!role) await tx.query(`create role ${TENANT_ROLE} nologin`);
    const [member] = await tx.query("select pg_has_role(current_user, $1, 'member') as yes", [TENANT_ROLE]);
    if (member?.yes !== true) await tx.query(`grant ${TENANT_ROLE} to current_user`);
    const tables = await tenantTables(tx);
    for (const [table, condition] of tables) {
      const using = condition.replaceAll('TENANT', TENANT);
      await tx.query(`alter table ${table} enable row level security`);
      // The first builds had policies that asked for the workspace once a row.
      await tx.query(`drop policy if exists tenant on ${table}`);
      await tx.query(`create policy tenant on ${table} to ${TENANT_ROLE} using (${using}) with check (${using})`);
      const rights = READ_ONLY.includes(table)
        ? 'select'
        : APPEND_ONLY.includes(table)
          ? 'select, insert'
          : 'select, insert, update, delete';
      await tx.query(`grant ${rights} on ${table} to ${TENANT_ROLE}`);
    }
    await tx.query(`grant usage on all sequences in schema public to ${TENANT_ROLE}`);
  });
}

/** Those that have no policy yet, by name, with what names the workspace: a policy anew would wait for all who read. */
async function tenantTables(tx: SqlClient): Promise<[string, string][]> {
  const fenced = await tx.query(
    "select tablename::text as name from pg_policies where policyname = 'tenant' and (qual = 'true' or qual ilike '%select nullif(%')",
  );
  const done = new Set(decodeRows({ name: TEXT }, fenced).map(({ name }) => name));
  const rows = await tx.query(
    `select c.relname::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and not ${isQuarantinedName('c.relname')} and a.attname = 'workspace_id' and not a.attisdropped order by c.relname`,
  );
  const named = decodeRows({ name: TEXT }, rows)
    .map(({ name }) => name)
    .filter((name) => !SYSTEM_TABLES.includes(name));
  const all = [...named.map((name): [string, string] => [name, 'workspace_id = TENANT']), ...Object.entries(BELONGS)];
  return all.filter(([name]) => !done.has(name));
}
