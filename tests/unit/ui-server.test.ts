/** The UI port: a flood of requests is answered a few at a time, and addresses of screens lead to them. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Gateway } from '../../services/gateway/gateway';
import { createUiServer, type UiServer } from '../../workers/gateway/ui-server';

const TOKEN = 'a'.repeat(32);
const servers: UiServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** @param api what of it is asked for */
async function started(api: Partial<Gateway>): Promise<string> {
  const options = {
    ui: { host: '127.0.0.1', port: 0 },
    token: TOKEN,
    rendererDir: join('tests', 'unit'),
    openApiFile: '',
    version: '1',
    dataDir: '',
    retention: { days: null, bytes: null, spans: null },
    agentsMayWrite: false,
    compatWithoutToken: false,
  };
  const server = await createUiServer(api as Gateway, options, () => {});
  servers.push(server);
  server.server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
}

it('answers twelve requests of programs at once, and all in the end', async () => {
  let running = 0;
  let most = 0;
  // The first go on when as many are there as may be.
  let goOn = (): void => {};
  const isFull = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const url = await started({
    listTags: async () => {
      most = Math.max(most, ++running);
      if (running === 12) goOn();
      await isFull;
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      return { data: [], pagination: { nextCursor: null, hasMore: false } };
    },
  });
  const ask = () => fetch(`${url}/v1/tags`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const answers = await Promise.all(Array.from({ length: 60 }, ask));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(most).toBe(12);
});

it('leads to a screen whose address lacks the `#`, and knows no other pages', async () => {
  const url = await started({});
  const at = async (path: string) => {
    const { status, headers } = await fetch(url + path, { redirect: 'manual' });
    return [status, headers.get('location')];
  };
  expect(await at('/traces?q=error')).toEqual([302, '/#/traces?q=error']);
  expect(await at('/nothing')).toEqual([404, null]);
});
