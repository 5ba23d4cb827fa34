/** A trial of the team server whose database is damaged: it says so, and takes nothing more. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { traceRequest } from '../../core/samples/otlp-builder';
import { damage, relationFiles } from '../fixtures/damage';
import { eventually, temporaryFolder } from '../fixtures/spoor';
import { makeKeys, setUpOwner, startTeamServer, type TeamServer } from '../fixtures/team-server';
import { drawnSpans, traceIdOf } from '../fixtures/traces';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: TeamServer | null = null;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await server?.stop('SIGKILL');
  await folder.remove();
});

const spans = (n: number) => drawnSpans(traceIdOf(n), 'GET /a 0..100 web\n  SELECT 10..20 db !timeout');

it('while it runs, and when it is started again', async () => {
  server = await startTeamServer(folder.path);
  const { client } = await setUpOwner(server);
  const app = (await makeKeys(client)).ingest;
  expect(await app.export(spans(1))).toBe(200);
  await server.stop();
  const files = await relationFiles(join(folder.path, 'db'));
  server = await startTeamServer(folder.path);
  const again = app.at(server.url);
  expect(await again.export(spans(2))).toBe(200);
  await damage(folder.path, files.get('trace') ?? '', 'missing');
  const { url } = server;
  await eventually(async () => (await fetch(`${url}/readyz`)).status === 503);
  expect(await (await fetch(`${url}/healthz`)).text()).toBe('the database is damaged\n');
  const refused = await again.ask('post', '/v1/traces', traceRequest(spans(3)));
  expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true]);
  const { errors } = server;
  await expect.poll(errors).toContain('is damaged');
  await server.stop('SIGKILL');
  await damage(folder.path, 'global/pg_control', 'cut short');
  await expect(startTeamServer(folder.path)).rejects.toThrow(/is damaged.*Nothing was changed there/s);
});
