/** Told to end, Spoor answers what has arrived, also in part; what it acknowledged is there when it runs again. */
import { afterEach, expect, it } from 'vitest';
import { traceRequest } from '../../core/samples/otlp-builder';
import { connectRpc } from '../../services/net/rpc-client';
import { half } from '../fixtures/half-request';
import { eventually, type RunningSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { T0 } from '../fixtures/traces';

const running: RunningSpoor[] = [];
const folders: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const spoor of running.splice(0)) await spoor.stop('SIGKILL');
  for (const remove of folders.splice(0)) await remove();
});

async function started(dataDir: string): Promise<RunningSpoor> {
  const spoor = await startSpoor(dataDir);
  running.push(spoor);
  const isReady = async (): Promise<boolean> =>
    (await spoor.get<{ store: { state: string } }>('/v1/status')).body.store.state === 'ready';
  await eventually(isReady);
  return spoor;
}

const trace = (n: number): Buffer => {
  const traceId = n.toString(16).padStart(32, '0');
  const span = { traceId, spanId: 'cd'.repeat(8), service: 'a', name: 'half', startNs: T0, endNs: T0 + 1n };
  return Buffer.from(JSON.stringify(traceRequest([span])));
};

it('answers what has come in part, and cuts off what does not come', async () => {
  const { path: dataDir, remove } = await temporaryFolder();
  folders.push(remove);
  const spoor = await started(dataDir);
  const { ui, token, otlpHttp } = spoor.ready;
  const exports = Array.from({ length: 50 }, (_, i) => half(`${otlpHttp}/v1/traces`, trace(i + 1)));
  const stuck = half(`${otlpHttp}/v1/traces`, trace(99));
  const authorization = `authorization: Bearer ${token}`;
  const view = half(`${ui}/v1/saved-views`, Buffer.from('{"name":"kept","query":""}'), [authorization]);
  const page = await connectRpc(ui, token);
  const waits = page.api.nextChange(await page.api.nextChange(0)).catch((error: { code: string }) => error.code);
  const live = fetch(`${ui}/v1/live`, { headers: { authorization: `Bearer ${token}` } });
  await Promise.all([...exports, stuck, view].map(({ isSent }) => isSent));
  const stream = (await live).text();
  const exit = new Promise((resolve) => spoor.process.once('exit', resolve));
  spoor.process.kill('SIGTERM');
  // Sent once it has begun to end.
  expect(await waits).toBe('SERVICE_UNAVAILABLE');
  view.finish();
  for (const { finish } of exports) finish();
  expect(await view.answer).toMatch(/^HTTP\/1.1 201 /);
  for (const { answer } of exports) expect(await answer).toMatch(/^HTTP\/1.1 200 /);
  expect(await stream).toContain(': waiting for traces');
  expect(await stuck.answer).toBe('');
  expect(await exit).toBe(0);
  const again = await started(dataDir);
  expect((await again.get<{ counts: object }>('/v1/status')).body.counts).toMatchObject({ traces: 50, spans: 50 });
  expect((await again.get<{ data: object[] }>('/v1/saved-views')).body.data).toMatchObject([{ name: 'kept' }]);
});
