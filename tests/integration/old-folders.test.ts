/** The built command opens data folders of earlier commits, goes on storing in them and answers from them. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { traceRequest } from '../../core/samples/otlp-builder';
import settings from '../../resources/database-settings.json';
import { hasDatabase } from '../../services/store/damage';
import { OLD_SPANS, OLD_TRACES, oldDatabase } from '../fixtures/old-folders';
import { eventually, type RunningSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { startTeamServer, type TeamServer } from '../fixtures/team-server';
import { drawnSpans, traceIdOf } from '../fixtures/traces';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const running: RunningSpoor[] = [];
const servers: TeamServer[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((spoor) => spoor.stop('SIGKILL')));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await folder.remove();
});

async function start(): Promise<RunningSpoor> {
  const spoor = await startSpoor(folder.path);
  running.push(spoor);
  return spoor;
}

/** Puts the database where a data folder has it, as the commit left it there. */
async function restore(name: string): Promise<void> {
  const directory = join(folder.path, 'db');
  await mkdir(directory, { recursive: true });
  const db = await PGlite.create({ dataDir: directory, initDbStartParams: settings.initdbParameters });
  await db.exec(oldDatabase(name));
  await db.close();
}

const FOLDERS = ['1dceaad', '3ac408d', '28c4672', 'be21ee6-then-65b81e9'];

it.each(FOLDERS)('a data folder of %s', async (name) => {
  await restore(name);
  const spoor = await start();
  const counts = async (from: RunningSpoor) => {
    const { body } = await from.get<{ counts: { traces: number; spans: number } }>('/v1/status');
    return [body.counts.traces, body.counts.spans];
  };
  await eventually(async () => (await counts(spoor))[0] === OLD_TRACES);
  expect(await counts(spoor)).toEqual([OLD_TRACES, OLD_SPANS]);
  // What was there before the update, and opens as it was.
  expect(await hasDatabase(join(folder.path, 'db.before-update'))).toBe(true);
  const sent = traceRequest(drawnSpans(traceIdOf(1), 'GET /a 0..100 web\n  SELECT 10..20 db !timeout'));
  expect((await spoor.post('/v1/traces', sent)).status).toBe(200);
  expect(await counts(spoor)).toEqual([OLD_TRACES + 1, OLD_SPANS + 2]);
  const { status, body } = await spoor.get<{ data: { traceId: string; spanCount: number }[] }>('/v1/traces?limit=100');
  expect([status, body.data.length]).toEqual([200, OLD_TRACES + 1]);
  for (const { traceId, spanCount } of body.data) {
    const whole = await spoor.get<{ spans: unknown[] }>(`/v1/traces/${traceId}`);
    expect([whole.status, whole.body.spans?.length]).toEqual([200, spanCount]);
  }
  const reads = ['/v1/services', '/v1/annotations', '/v1/scores', '/v1/saved-views', '/v1/alert-rules', '/v1/datasets'];
  for (const path of [
    ...reads,
    '/v1/logs',
    '/v1/metrics',
    '/v1/sessions',
    '/v1/agents',
    '/v1/groups?by=resource.service.name',
    '/v1/attributes',
  ])
    expect([path, (await spoor.get(path)).status]).toEqual([path, 200]);
  expect(await spoor.stop()).toBe(0);
  const again = await start();
  await eventually(async () => (await counts(again))[0] === OLD_TRACES + 1);
});

it.each(['server-637dd04', 'server-be21ee6-then-65b81e9'])('a trial of the team server of %s', async (name) => {
  await restore(name);
  const server = await startTeamServer(folder.path);
  servers.push(server);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
});
