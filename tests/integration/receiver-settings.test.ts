/** What the receivers do besides storing: redaction, forwarding, pages that may export. */

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { traceRequest } from '../../core/samples/otlp-builder';
import { freePort } from '../fixtures/free-port';
import { preparedFolder } from '../fixtures/prepared-folder';
import { eventually, FREE_PORTS, type RunningSpoor, runSpoor, startSpoor } from '../fixtures/spoor';
import { drawnSpans, T0, traceIdOf } from '../fixtures/traces';

interface Status {
  readonly redacted: { total: number; byRule: Record<string, number> };
  readonly forwarding: {
    sent: number;
    failed: number;
    dropped: number;
    queued: number;
    lastError: string | null;
  } | null;
}

let folder: Awaited<ReturnType<typeof preparedFolder>>;
const running: RunningSpoor[] = [];
const servers: Server[] = [];
beforeEach(async () => {
  folder = await preparedFolder();
});
afterEach(async () => {
  for (const spoor of running.splice(0)) await spoor.stop();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await folder.remove();
});

async function start(settings: object, args: readonly string[] = []): Promise<RunningSpoor> {
  await mkdir(folder.path, { recursive: true });
  await writeFile(join(folder.path, 'settings.json'), JSON.stringify(settings));
  const spoor = await startSpoor(folder.path, args);
  running.push(spoor);
  return spoor;
}

const trace = (n: number) => traceRequest(drawnSpans(traceIdOf(n), 'a 0..1'));
const secretTrace = (attributes: Record<string, string>) =>
  traceRequest([
    { traceId: traceIdOf(1), spanId: 'a'.repeat(16), service: 's', name: 'op', startNs: T0, endNs: T0, attributes },
  ]);
const status = async (spoor: RunningSpoor) => (await spoor.get<Status>('/v1/status')).body;

describe('redaction', () => {
  it('keeps secrets off the disk by default, says where they were, and counts them', async () => {
    const spoor = await start({});
    const token = `ghp_${'z9Y8'.repeat(9)}`;
    const sent = secretTrace({ note: `pushed with ${token}`, 'db.password': 'correct horse', mail: 'ada@example.com' });
    expect((await spoor.post('/v1/traces', sent)).status).toBe(200);
    const { body } = await spoor.get<{ attributes: object }>(`/v1/traces/${traceIdOf(1)}/spans/${'a'.repeat(16)}`);
    expect(body.attributes).toEqual({
      note: 'pushed with [redacted github-token]',
      'db.password': '[redacted secret-key]',
      mail: 'ada@example.com',
    });
    expect((await status(spoor)).redacted).toEqual({ total: 2, byRule: { 'github-token': 1, 'secret-key': 1 } });
    await spoor.stop();
    for (const file of await readdir(folder.path, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const bytes = await readFile(join(file.parentPath, file.name));
      expect([file.name, bytes.includes(token), bytes.includes('correct horse')]).toEqual([file.name, false, false]);
    }
  });

  it('follows the settings file', async () => {
    const spoor = await start({ redaction: { secrets: false, emails: true, keys: ['customer.*'] } });
    const sent = secretTrace({ password: 'kept', mail: 'ada@example.com', 'customer.name': 'Ada' });
    expect((await spoor.post('/v1/traces', sent)).status).toBe(200);
    const { body } = await spoor.get<{ attributes: object }>(`/v1/traces/${traceIdOf(1)}/spans/${'a'.repeat(16)}`);
    expect(body.attributes).toEqual({
      password: 'kept',
      mail: '[redacted email]',
      'customer.name': '[redacted key customer.*]',
    });
  });

  it.each([
    ['{', /settings\.json, line 1: is not JSON.*Correct it/],
    [
      '{"redaction":{"secret":true}}',
      /settings\.json, line 1: redaction has no setting secret\. Did you mean secrets\?/,
    ],
    ['{"redaction":{"patterns":[{"name":"x","pattern":"("}]}}', /redaction pattern that is wrong: “x”/],
    [
      '{"redaction":{"patterns":[{"name":"ok","pattern":"a"},{"name":"ticket","pattern":"INT-(?=7)"}]}}',
      /“ticket”.*“INT-\(\?=7\)” looks ahead.*Write what may stand there instead/,
    ],
    [
      '{"redaction":{"patterns":[{"name":"large","pattern":"(a{1000}){1000}"}]}}',
      /“large”.*is too large.*Lower the numbers in braces/,
    ],
    ['{"forward":{"url":"file:///x"}}', /forward\.url/],
    ['{"corsOrigins":["example.com"]}', /corsOrigins\.0 is not an origin/],
  ])('does not start with settings it cannot follow: %s', async (text, message) => {
    await writeFile(join(folder.path, 'settings.json'), text);
    const { code, stderr } = await runSpoor(['serve', '--data-dir', folder.path, ...FREE_PORTS]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
  });
});

describe('forwarding', () => {
  interface Received {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
  }

  /** An OTLP endpoint that answers with these statuses in turn, then with 200. */
  async function collector(statuses: number[] = []): Promise<{ url: string; received: Received[] }> {
    const received: Received[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
        response.writeHead(statuses.shift() ?? 200).end();
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
  }

  it('sends on what was stored, as it came, whatever it came as', async () => {
    const { url, received } = await collector();
    const spoor = await start({ forward: { url: `${url}/base/`, headers: { 'x-key': 'k' } } });
    expect((await spoor.post('/v1/traces', trace(1))).status).toBe(200);
    const log = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'x' } }] }] }] };
    expect((await spoor.post('/v1/logs', log)).status).toBe(200);
    await eventually(async () => received.length === 2);
    expect(received.map(({ path, headers }) => [path, headers['x-key'], headers['content-type']]).sort()).toEqual([
      ['/base/v1/logs', 'k', 'application/x-protobuf'],
      ['/base/v1/traces', 'k', 'application/x-protobuf'],
    ]);
    const traces = received.find(({ path }) => path.endsWith('traces'))?.body as Buffer;
    expect(decodeTraces(traces).batch.length).toBe(1);
    await eventually(async () => (await status(spoor)).forwarding?.sent === 2);
  });

  it('sends a user and a password as a header, keeps a query behind the path, and tells neither', async () => {
    const { url, received } = await collector();
    const spoor = await start({ forward: { url: `${url.replace('//', '//me:p%40ss@')}/base?key=s3cret#part` } });
    expect((await spoor.post('/v1/traces', trace(1))).status).toBe(200);
    await eventually(async () => received.length === 1);
    expect([received[0]?.path, received[0]?.headers.authorization]).toEqual([
      '/base/v1/traces?key=s3cret',
      `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    ]);
    expect(JSON.stringify(await status(spoor))).not.toMatch(/p%40ss|p@ss|s3cret/);
  });

  it('refuses to start with a header that cannot be sent, and does not quote it', async () => {
    await mkdir(folder.path, { recursive: true });
    const settings = { forward: { url: 'http://127.0.0.1:9', headers: { 'x-key': 'hush ключ' } } };
    await writeFile(join(folder.path, 'settings.json'), JSON.stringify(settings));
    const { code, stderr } = await runSpoor(['serve', '--data-dir', folder.path, ...FREE_PORTS]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/x-key.*HTTP headers cannot carry/)]);
    expect(stderr).not.toContain('hush');
  });

  it('ends what leads back to its own port', async () => {
    const port = await freePort();
    const spoor = await start({ forward: { url: `http://127.0.0.1:${port}` } }, ['--otlp-http', `127.0.0.1:${port}`]);
    for (const n of [1, 2]) {
      expect((await spoor.post('/v1/traces', trace(n))).status).toBe(200);
      await eventually(async () => (await status(spoor)).forwarding?.sent === n);
      expect((await status(spoor)).forwarding?.queued).toBe(0);
    }
  });

  it('tries again when the endpoint is busy, and gives up when it refuses', async () => {
    const { url, received } = await collector([503, 429, 200, 400]);
    const spoor = await start({}, ['--forward', url]);
    expect((await spoor.post('/v1/traces', trace(1))).status).toBe(200);
    await eventually(async () => (await status(spoor)).forwarding?.sent === 1);
    expect((await spoor.post('/v1/traces', trace(2))).status).toBe(200);
    await eventually(async () => (await status(spoor)).forwarding?.failed === 1);
    expect((await status(spoor)).forwarding).toMatchObject({ sent: 1, failed: 1, lastError: 'it answered 400' });
    expect(received).toHaveLength(4);
  });

  it('never holds up or loses what is stored when nobody listens there', async () => {
    const spoor = await start({}, ['--forward', 'http://127.0.0.1:9']);
    for (let n = 1; n <= 20; n++) expect((await spoor.post('/v1/traces', trace(n))).status).toBe(200);
    expect((await spoor.get<{ counts: object }>('/v1/status')).body.counts).toMatchObject({ traces: 20 });
    // On a busy machine some are given up by now.
    const { queued = 0, failed = 0, sent } = (await status(spoor)).forwarding ?? {};
    expect([queued + failed, sent]).toEqual([20, 0]);
    expect(await spoor.stop()).toBe(0);
  });
});

describe('pages of other origins', () => {
  const preflight = (spoor: RunningSpoor, origin: string) =>
    fetch(`${spoor.ready.otlpHttp}/v1/traces`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });

  it('may export when they are listed, and no others', async () => {
    const spoor = await start({}, ['--cors-origin', 'https://app.example.com, https://*.corp.example:*']);
    for (const origin of ['https://app.example.com', 'https://a.b.corp.example:8443', 'http://localhost:3000']) {
      const answer = await preflight(spoor, origin);
      expect([origin, answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([origin, 204, origin]);
    }
    for (const origin of [
      'http://app.example.com',
      'https://app.example.com.evil.test',
      'https://evil-corp.example:1',
      'https://xcorp.example:1',
      'https://appXexample.com',
      'null',
      'file://',
      'tauri://localhost',
      'http://localhost.evil.example',
    ]) {
      const answer = await preflight(spoor, origin);
      expect([origin, answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([origin, 403, null]);
      // Without asking first, as a form of another page would.
      const posted = await spoor.post('/v1/traces', {}, { origin });
      expect([posted.status, posted.headers.get('access-control-allow-credentials')]).toEqual([403, null]);
    }
  });

  it('may send beacons, from this machine by any of its names, and from files and apps when those are listed', async () => {
    const spoor = await start({}, ['--cors-origin', 'null,file://,tauri://localhost']);
    for (const origin of [
      'http://localhost:3000',
      'http://shop.localhost',
      'https://a.b.localhost:8443',
      'null',
      'file://',
      'tauri://localhost',
    ]) {
      const asked = await preflight(spoor, origin);
      const posted = await spoor.post('/v1/traces', {}, { origin });
      for (const { status, headers } of [asked, posted]) {
        expect([
          origin,
          status < 300,
          headers.get('access-control-allow-origin'),
          headers.get('access-control-allow-credentials'),
        ]).toEqual([origin, true, origin, 'true']);
        expect(headers.get('vary')).toBe('origin');
      }
    }
    expect((await preflight(spoor, 'capacitor://localhost')).status).toBe(403);
  });
});
