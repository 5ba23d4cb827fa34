/** Read models are made anew by one command, while copies of the server run, and nothing that comes meanwhile is lost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pgClient } from '../../server/adapters/pg-client';
import { openPostgres } from '../../server/adapters/postgresql';
import { rebuildWorkspaces } from '../../server/rebuild';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { REPOSITORY } from '../fixtures/spoor';
import {
  makeKeys,
  type Owner,
  type ProjectKeys,
  setUpOwner,
  startTeamServer,
  type TeamServer,
} from '../fixtures/team-server';
import { T0, traceIdOf } from '../fixtures/traces';

let postgres: TestPostgres;
let url: string;
let server: TeamServer;
let ann: Owner;
let keys: ProjectKeys;

beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.createServed();
  server = await startTeamServer(url);
  ann = await setUpOwner(server);
  keys = await makeKeys(ann.client);
  expect(await keys.ingest.export([1, 2, 3].map(span))).toBe(200);
});
afterAll(async () => {
  await server?.stop();
  await postgres?.stop();
});

const span = (n: number) => ({
  traceId: traceIdOf(n),
  spanId: `${n}`.padStart(16, '0'),
  service: 'web',
  name: `GET /${n}`,
  startNs: T0 + BigInt(n),
  endNs: T0 + BigInt(n + 1),
});
const listed = async () => {
  const { body } = await keys.read.ask('get', '/v1/traces');
  return body.data.map(({ rootName, spanCount }: { rootName: string; spanCount: number }) => [rootName, spanCount]);
};

async function command(...args: string[]): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, [
    join(REPOSITORY, 'out/main/server.js'),
    'rebuild',
    '--database-url',
    url,
    ...args,
  ]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  const [code] = await once(child, 'exit');
  return { code, said };
}

it('is refused for what is no workspace', async () => {
  expect(await command('--workspace', '00000000-0000-4000-8000-000000000000')).toMatchObject({
    code: 1,
    said: expect.stringContaining('There is no workspace'),
  });
});

it('waits for the copy that writes it, and says so when that never ends', async () => {
  const database = openPostgres({ url, connections: 4 });
  const said: string[] = [];
  await expect(rebuildWorkspaces(database, [ann.workspace], (line) => said.push(line), 0)).rejects.toThrow(
    'Acme is written by a copy of the server all the time',
  );
  await database.close();
});

it('puts right what was wrong, and lets in what comes meanwhile', async () => {
  await server.stop();
  const sql = pgClient(url);
  await sql.query('delete from trace where root_span_id = 1');
  await sql.query('update trace set span_count = 99');
  // As migration 020 leaves a workspace that an older version filled.
  await sql.query('update workspace set rebuild_due = true where id > 1');
  server = await startTeamServer(url);
  keys = { ...keys, ingest: keys.ingest.at(server.url), read: keys.read.at(server.url) };
  expect(await listed()).toEqual([
    ['GET /3', 99],
    ['GET /2', 99],
  ]);
  // Nothing was sent to this server yet, so it writes nothing.
  expect(await command('--workspace', ann.workspace)).toEqual({ code: 0, said: expect.stringContaining('Acme: done') });
  await expect.poll(() => server.errors()).toContain('run spoor-server rebuild');
  expect(await sql.query('select 1 from workspace where rebuild_due')).toEqual([]);
  expect(await listed()).toEqual([3, 2, 1].map((n) => [`GET /${n}`, 1]));

  await sql.query('update trace set span_count = 99');
  await sql.close();
  const database = openPostgres({ url, connections: 4 });
  let sent: Promise<number> | null = null;
  await rebuildWorkspaces(database, [], (line) => {
    if (line.includes('%')) sent ??= keys.ingest.export([span(4)]);
  });
  expect(await sent).toBe(200);
  await database.close();
  await expect.poll(listed, { timeout: 60_000 }).toEqual([4, 3, 2, 1].map((n) => [`GET /${n}`, 1]));
});
