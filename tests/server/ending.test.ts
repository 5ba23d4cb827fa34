/** Told to end, a team server answers what has arrived, also in part; what it acknowledged is there when it runs again. */
import { afterEach, expect, it } from 'vitest';
import { traceRequest } from '../../core/samples/otlp-builder';
import { connectRpc } from '../../services/net/rpc-client';
import { half } from '../fixtures/half-request';
import { temporaryFolder } from '../fixtures/spoor';
import { makeKeys, setUpOwner, startTeamServer, TeamClient, type TeamServer } from '../fixtures/team-server';
import { T0 } from '../fixtures/traces';

const running: TeamServer[] = [];
const folders: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop('SIGKILL');
  for (const remove of folders.splice(0)) await remove();
});

async function started(folder: string): Promise<TeamServer> {
  const server = await startTeamServer(folder);
  running.push(server);
  return server;
}

it('answers what has come in part', async () => {
  const { path, remove } = await temporaryFolder();
  folders.push(remove);
  const server = await started(path);
  const ann = await setUpOwner(server);
  const keys = await makeKeys(ann.client);
  const authorization = `authorization: Bearer ${keys.ingest.token}`;
  const tagged = 'ab'.repeat(16);
  const whole = { traceId: tagged, spanId: 'ab'.repeat(8), service: 'a', name: 'whole', startNs: T0, endNs: T0 + 1n };
  expect(await keys.ingest.export([whole])).toBe(200);
  const exports = Array.from({ length: 50 }, (_, i) => {
    const traceId = (i + 1).toString(16).padStart(32, '0');
    const span = { traceId, spanId: 'cd'.repeat(8), service: 'a', name: 'half', startNs: T0, endNs: T0 + 1n };
    return half(`${server.url}/v1/traces`, Buffer.from(JSON.stringify(traceRequest([span]))), [authorization]);
  });
  const tag = half(`${server.url}/v1/tags`, Buffer.from(`{"traceId":"${tagged}","name":"kept"}`), [
    `authorization: Bearer ${ann.client.token}`,
  ]);
  const page = await connectRpc(server.url, ann.client.token ?? '');
  const waits = page.api.nextChange(await page.api.nextChange(0));
  await Promise.all([...exports, tag].map(({ isSent }) => isSent));
  // Whoever asks has been let in, and waits.
  await page.api.status();
  const exit = new Promise((resolve) => server.process.once('exit', resolve));
  server.process.kill('SIGTERM');
  expect(await waits).toBeGreaterThan(0);
  for (const { finish } of [...exports, tag]) finish();
  for (const { answer } of exports) expect(await answer).toMatch(/^HTTP\/1.1 200 /);
  expect(await tag.answer).toMatch(/^HTTP\/1.1 201 /);
  expect(await exit).toBe(0);
  const again = await started(path);
  const reader = new TeamClient(again.url, keys.read.token);
  expect((await reader.ask('get', '/v1/traces?limit=100')).body.data).toHaveLength(51);
});
