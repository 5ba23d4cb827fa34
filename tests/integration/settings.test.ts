/** Settings in the running app: read and changed over HTTP, taken into use without a restart, kept for the next start. */
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SettingsChange, SettingsReport } from '../../core/api/settings';
import { traceRequest } from '../../core/samples/otlp-builder';
import { preparedFolder } from '../fixtures/prepared-folder';
import { CLI, eventually, FREE_PORTS, firstLine, type RunningSpoor, runSpoor, startSpoor } from '../fixtures/spoor';
import { drawnSpans, T0, traceIdOf } from '../fixtures/traces';

let folder: Awaited<ReturnType<typeof preparedFolder>>;
let spoor: RunningSpoor;
/** To be stopped. */
let running: RunningSpoor | null = null;
async function start(): Promise<RunningSpoor> {
  running = await startSpoor(folder.path);
  return running;
}
const servers: Server[] = [];
beforeEach(async () => {
  folder = await preparedFolder();
});
afterEach(async () => {
  await running?.stop();
  running = null;
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await folder.remove();
});

const file = () => join(folder.path, 'settings.json');
const read = async () => (await spoor.get<SettingsReport>('/v1/settings')).body;
async function put(change: Omit<SettingsChange, 'revision'>, revision?: string) {
  const response = await fetch(`${spoor.ready.ui}/v1/settings`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${spoor.ready.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ revision: revision ?? (await read()).revision, ...change }),
  });
  return {
    status: response.status,
    body: (await response.json()) as { data: SettingsReport; error?: { message: string } },
  };
}
const mailOf = async (n: number): Promise<unknown> => {
  const spanId = 'a'.repeat(16);
  const span = { spanId, service: 's', name: 'op', startNs: T0, endNs: T0, attributes: { mail: 'ada@example.com' } };
  expect((await spoor.post('/v1/traces', traceRequest([{ ...span, traceId: traceIdOf(n) }]))).status).toBe(200);
  const { body } = await spoor.get<{ attributes: { mail: string } }>(`/v1/traces/${traceIdOf(n)}/spans/${spanId}`);
  return body.attributes.mail;
};

describe('a change', () => {
  it('of redaction, retention and pages that may export counts at once, and at the next start', async () => {
    await writeFile(file(), '{\n  // why\n  "agents": { "write": false }\n}\n');
    spoor = await start();
    expect(await mailOf(1)).toBe('ada@example.com');
    const origin = 'https://app.example.com';
    const preflight = () =>
      fetch(`${spoor.ready.otlpHttp}/v1/traces`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      }).then(({ status }) => status);
    expect(await preflight()).toBe(403);
    const changed = await put({
      set: { 'redaction.emails': true, 'retention.days': 3, 'retention.gigabytes': null, corsOrigins: [origin] },
    });
    expect(changed.status).toBe(200);
    expect(await mailOf(2)).toBe('[redacted email]');
    expect(await preflight()).toBe(204);
    const { body: status } = await spoor.get<{ retention: object; redacted: object }>('/v1/status');
    expect(status).toMatchObject({
      retention: { days: 3, bytes: null },
      redacted: { total: 1, byRule: { email: 1 } },
    });
    expect(await readFile(file(), 'utf8')).toMatch(/\/\/ why\s+"agents": \{\s+"write": false/);
    await spoor.stop();
    spoor = await start();
    expect(await mailOf(3)).toBe('[redacted email]');
    expect((await read()).settings.find(({ key }) => key === 'redaction.emails')).toMatchObject({
      source: 'file',
      pending: 'none',
    });
  });

  it('of how many spans are kept prunes what is stored', async () => {
    spoor = await start();
    const send = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n++) {
        const spans = Array.from({ length: 1_000 }, (_, i) => ({
          traceId: traceIdOf(n * 100 + Math.floor(i / 10) + 1),
          spanId: (n * 1_000 + i + 1).toString(16).padStart(16, '0'),
          service: 'web',
          name: 'GET /',
          startNs: T0,
          endNs: T0,
        }));
        expect((await spoor.post('/v1/traces', traceRequest(spans))).status).toBe(200);
      }
    };
    await send(0, 20);
    expect((await put({ set: { 'retention.spans': 10_000 } })).status).toBe(200);
    await send(20, 40);
    interface Pruned {
      readonly counts: { readonly spans: number };
      readonly lastPruning: { readonly reason: string } | null;
    }
    // What was pruned is counted before its report is written.
    await eventually(async () => {
      const { counts, lastPruning } = (await spoor.get<Pruned>('/v1/status')).body;
      return counts.spans <= 10_000 && lastPruning?.reason === 'count';
    });
  });

  it('of forwarding counts at once, and its secrets are never shown', async () => {
    const received: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        received.push(`${request.headers.authorization} ${request.url}`);
        response.end();
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    spoor = await start();
    await put({ set: { forward: { url, headers: { authorization: 'hush-hush' } } } });
    await spoor.post('/v1/traces', traceRequest(drawnSpans(traceIdOf(1), 'a 0..1')));
    await eventually(async () => received.length === 1);
    expect(received).toEqual(['hush-hush /v1/traces']);
    const report = await read();
    expect(JSON.stringify(report)).not.toContain('hush-hush');
    expect(report.values.forward).toEqual({ url, headers: { authorization: null } });
    await put({ set: { forward: null } });
    await spoor.post('/v1/traces', traceRequest(drawnSpans(traceIdOf(2), 'a 0..1')));
    expect((await spoor.get<{ forwarding: unknown }>('/v1/status')).body.forwarding).toBeNull();
    expect(received).toHaveLength(1);
  });

  it('is refused where it is wrong, where somebody else changed the file, and without the token', async () => {
    spoor = await start();
    const { revision } = await read();
    expect(await put({ set: { 'retention.days': 0 } })).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('must be a number of days above 0') } },
    });
    expect((await put({ set: { unknown: 1 } as never })).status).toBe(400);
    await writeFile(file(), '{ "retention": { "days": 9 } }');
    expect((await put({ set: { 'retention.days': 1 } }, revision)).status).toBe(409);
    expect(await readFile(file(), 'utf8')).toBe('{ "retention": { "days": 9 } }');
    // Nothing is set: what stands in the file is taken.
    expect((await put({})).status).toBe(200);
    expect((await spoor.get<{ retention: object }>('/v1/status')).body.retention).toMatchObject({ days: 9 });
    expect((await fetch(`${spoor.ready.ui}/v1/settings`)).status).toBe(401);
  });
});

it('listens where the file says, unless the command line says otherwise', async () => {
  await writeFile(file(), '{ "listen": { "otlpHttp": "127.0.0.1:0", "ui": "127.0.0.1:1" } }');
  // Not `startSpoor`, which names every port.
  const ports = ['--ui', '127.0.0.1:0', '--otlp-grpc', '127.0.0.1:0'];
  const child = spawn(process.execPath, [CLI, 'serve', '--json', '--data-dir', folder.path, ...ports]);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    const ready = await firstLine<RunningSpoor['ready']>(child, exited, () => '');
    expect(Number(new URL(ready.otlpHttp).port)).not.toBe(4318);
    const headers = { authorization: `Bearer ${ready.token}` };
    const { settings } = (await (await fetch(`${ready.ui}/v1/settings`, { headers })).json()) as SettingsReport;
    expect(settings.filter(({ key }) => key.startsWith('listen.'))).toMatchObject([
      { key: 'listen.otlpHttp', source: 'file', pending: 'none' },
      { key: 'listen.otlpGrpc', source: 'command line' },
      { key: 'listen.ui', source: 'command line', isOverridden: true },
    ]);
  } finally {
    child.kill();
    await exited;
  }
});

it('does not start with a file that is wrong, and says in which line', async () => {
  await writeFile(file(), '{\n  "retention": {\n    "days": "soon"\n  }\n}');
  const { code, stderr } = await runSpoor(['serve', '--data-dir', folder.path, ...FREE_PORTS]);
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('settings.json, line 3: retention.days must be a number'),
  ]);
  await writeFile(file(), '{}');
  spoor = await start();
});
