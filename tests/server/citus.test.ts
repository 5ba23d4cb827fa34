/** The script that shards by workspace: its statements run, it forgets no table, and the server works on what it leaves. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCatalog } from '../../core/store/schema/catalog';
import { decodeRows, TEXT } from '../../core/store/sql/row-spec';
import type { SqlRow } from '../../core/store/sql/sql-client';
import { type PgClient, pgClient } from '../../server/adapters/pg-client';
import { distributedCatalog } from '../../server/migrations/distributed';
import expected from '../../server/migrations/server-catalog.json';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { REPOSITORY } from '../fixtures/spoor';
import { makeKeys, setUpOwner, signIn, startTeamServer } from '../fixtures/team-server';
import { T0 } from '../fixtures/traces';

/** Stays on the coordinator: who may do what, what was taken in and not stored yet, and sets that people write. */
const LOCAL = [
  'activity',
  'alert',
  'alert_rule',
  'annotation',
  'api_key',
  'audit_log',
  'comment',
  'dashboard',
  'dataset',
  'dataset_item',
  'device_code',
  'endpoint',
  'endpoint_key',
  'event',
  'event_consumer',
  'event_feed',
  'event_handled',
  'experiment',
  'guardrail',
  'idempotency_key',
  'ingest_spool',
  'invitation',
  'membership',
  'project',
  'refresh_token',
  'saved_view',
  'score',
  'shared_trace',
  'sync_conflict',
  'sync_event',
  'sync_link',
  'sync_trace',
  'tag',
  'upload',
  'upload_part',
  'usage_day',
  'version_clock',
  'versioned_object',
  'webhook',
];

let postgres: TestPostgres;
let url: string;
let sql: PgClient;

beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.createDatabase();
  sql = pgClient(url);
});
afterAll(async () => {
  await sql?.close();
  await postgres?.stop();
});

it('names every table of telemetry, gives each a key that Citus can shard, and leaves a server that works', async () => {
  let server = await startTeamServer(url);
  const owner = await setUpOwner(server);
  await server.stop();
  // What the extension has; it is not in PostgreSQL itself.
  await sql.query('create table pg_dist_partition (logicalrelid regclass not null)');
  await sql.query(`create function create_distributed_table(name regclass, key text, colocate_with text) returns void
    language sql as 'insert into pg_dist_partition values (name)'`);
  await sql.query("create function create_reference_table(name regclass) returns void language sql as 'select'");
  await sql.query(`create function lock_relation_if_exists(name text, mode text) returns bool language plpgsql as
    $$ begin execute format('lock table only %s in %s mode', name, mode); return true; end $$`);
  await sql.query(
    `do $$ begin execute format('alter database %I set track_functions = ''all''', current_database()); end $$`,
  );
  const script = await readFile(join(REPOSITORY, 'deploy', 'citus', 'distribute.sql'), 'utf8');
  for (const statement of script.replace(/^--.*$/gm, '').split(/;\s*\n/)) {
    if (statement.trim() !== '' && !statement.includes('create extension')) await sql.query(statement);
  }
  const sharded = namesOf(await sql.query('select logicalrelid::text as name from pg_dist_partition'));
  const tables = namesOf(
    await sql.query(`select c.relname::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and a.attname = 'workspace_id' and not a.attisdropped`),
  );
  expect([...sharded, ...LOCAL].sort()).toEqual(tables.sort());
  const keysWithout = await sql.query(
    `select c.relname::text as table, i.indexrelid::regclass::text as index from pg_index i join pg_class c on c.oid = i.indrelid
     join pg_dist_partition s on s.logicalrelid = c.oid where i.indisunique and not exists (
       select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and a.attnum = any(i.indkey))`,
  );
  expect(keysWithout).toEqual([]);
  const foreignKeys = await sql.query(
    `select o.conname::text as name from pg_constraint o join pg_dist_partition s on s.logicalrelid = o.conrelid
     where o.contype = 'f' and o.confrelid <> 'workspace'::regclass`,
  );
  expect(foreignKeys).toEqual([]);
  const standIns =
    /^\S+ (?:pg_dist_partition|create_distributed_table|create_reference_table|lock_relation_if_exists)\b/;
  const left = (await readCatalog(sql)).filter((line) => !standIns.test(line));
  expect(left.sort()).toEqual(distributedCatalog(expected.catalog).sort());
  server = await startTeamServer(url);
  try {
    const { ingest, read } = await makeKeys(await signIn(server.url, owner.email));
    const span = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), service: 'agent', name: 'chat gpt-5' };
    const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 10 };
    expect(await ingest.export([{ ...span, startNs: T0, endNs: T0 + 1n, attributes }])).toBe(200);
    expect((await read.ask('get', '/v1/traces')).body.data).toMatchObject([
      { rootName: 'chat gpt-5', inputTokens: 10 },
    ]);
    // Locked on the coordinator alone: LOCK TABLE would go to every node.
    await expect
      .poll(
        async () =>
          (await sql.query("select calls from pg_stat_user_functions where funcname = 'lock_relation_if_exists'"))[0]
            ?.calls,
        { timeout: 60_000 },
      )
      .toBeGreaterThan(0n);
  } finally {
    await server.stop();
  }
  // What the script leaves is demanded as well.
  await sql.query('alter table operation drop constraint operation_pkey');
  await expect(startTeamServer(url)).rejects.toThrow(/operation_pkey PRIMARY KEY \(workspace_id, id\) is missing/);
});

function namesOf(rows: readonly SqlRow[]): string[] {
  return decodeRows({ name: TEXT }, rows).map(({ name }) => name);
}
