/** The next version migrates the database while copies of this one serve: nobody notices, and no older copy starts on it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CORE_SCHEMA, MIGRATIONS, type Migration, migrate } from '../../core/store/schema/migrate';
import { type PgClient, pgClient } from '../../server/adapters/pg-client';
import { SERVER_MIGRATIONS } from '../../server/migrations/migrate-server';
import { deflateCodec } from '../../services/store/payload-codec';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import {
  makeKeys,
  type Owner,
  setUpOwner,
  startTeamServer,
  type TeamClient,
  type TeamServer,
} from '../fixtures/team-server';
import { T0, traceIdOf } from '../fixtures/traces';

let postgres: TestPostgres;
let server: TeamServer;
let ann: Owner;
let ingest: TeamClient;
let sql: PgClient;
let url: string;

beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.createDatabase();
  server = await startTeamServer(url);
  ann = await setUpOwner(server);
  ({ ingest } = await makeKeys(ann.client));
  sql = pgClient(url);
});
afterAll(async () => {
  await sql?.close();
  await server?.stop();
  await postgres?.stop();
});

/** What a version adds, as its first step (expand): columns that may be empty, tables, indexes, triggers. */
const NEXT: Migration = {
  version: (MIGRATIONS.at(-1)?.version ?? 0) + 1,
  name: 'of the next version',
  sql: `
alter table trace add column of_the_next text;
alter table span add column of_the_next int4;
alter table annotation add column of_the_next text;
alter table saved_view add column of_the_next text not null default 'as it was';
create table next_table (workspace_id int4 not null, id int4 not null, primary key (workspace_id, id));
create index trace_of_the_next on trace (workspace_id, of_the_next)`,
};

it('copies of this version go on while the next one migrates, and after', async () => {
  const statuses = new Set<number>();
  let sent = 0;
  let going = true;
  const load = async (): Promise<void> => {
    while (going) {
      const spanId = (++sent).toString(16).padStart(16, '0');
      const span = { traceId: traceIdOf(sent), spanId, service: 'web', name: 'GET /', startNs: T0, endNs: T0 + 5n };
      statuses.add(await ingest.export([span]));
      statuses.add((await ann.client.ask('get', '/v1/traces?limit=5')).status);
      const view = { name: `view ${sent}`, query: '{ }' };
      const made = await ann.client.ask('post', '/v1/saved-views', view);
      statuses.add((await ann.client.ask('delete', `/v1/saved-views/${made.body.id}`)).status);
    }
  };
  const loads = [load(), load(), load()];
  const until = (count: number) => expect.poll(() => sent, { timeout: 60_000 }).toBeGreaterThan(count);
  await until(30);
  await migrate(sql, deflateCodec, { ...CORE_SCHEMA, migrations: [...MIGRATIONS, NEXT] });
  await until(sent + 30);
  going = false;
  await Promise.all(loads);
  expect([...statuses].sort()).toEqual([200, 204]);
  expect((await ann.client.ask('get', '/v1/status')).body.counts.spans).toBe(sent);
});

it('a copy of this version does not start on the schema of the next, and changes nothing', async () => {
  await expect(startTeamServer(url)).rejects.toThrow('written by a newer Spoor');
  expect((await ann.client.ask('get', '/v1/traces?limit=5')).status).toBe(200);
});

describe('migrations add before they take away', () => {
  /** Of the first version that teams run; 016 says in the runbook that old copies are to be stopped. */
  const core = MIGRATIONS.filter(({ version }) => version > 16);
  it.each([...core, ...SERVER_MIGRATIONS])('$version: $name', async ({ sql: text, run }) => {
    const statements: string[] = text.split(';\n');
    const query = async (statement: string): Promise<readonly object[]> => {
      statements.push(statement);
      return [];
    };
    await run?.({ query } as never, deflateCodec);
    const taking =
      /\bdrop\s+(table|column|index|constraint)|\brename\b|\balter\s+column\s+\w+\s+(?:type|drop)|\bset\s+not\s+null\b/i;
    // A key that becomes wider takes nothing away.
    const widens = /\bdrop constraint \w+,\s+add (primary|foreign) key \(workspace_id, /;
    // No statement names an index; where there are two alike, one may go.
    const twin = /\bdrop index if exists trace_deleted\b/;
    // Neither does a reference between rows that is not looked after any more.
    const loosens = /\bdrop constraint if exists \w+_fkey$/;
    const takes = (statement: string): boolean =>
      taking.test(statement) && !widens.test(statement) && !twin.test(statement) && !loosens.test(statement);
    expect(statements.filter(takes)).toEqual([]);
  });
});
