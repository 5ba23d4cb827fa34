/** Nothing acknowledged is lost: when a worker dies, and when the whole process is killed under load. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLink } from '../../core/api/rpc/service';
import type { SpoorApi } from '../../core/operations/operations';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { type SampleSpan, traceRequest } from '../../core/samples/otlp-builder';
import { Host } from '../../electron/host/host';
import { builtPaths } from '../../electron/host/paths';
import { eventually, REPOSITORY, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { drawnSpans, T0, traceIdOf } from '../fixtures/traces';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const LOAD_SPANS = 100_000;
const BATCH = 500;
const BATCHES = LOAD_SPANS / BATCH;
const SENDERS = 4;
/** Acknowledged batches after which the process is killed: in the middle of the load. */
const KILL_AFTER = 80;

/** Batch `n` of the load: its spans are children of one root, in a trace that ten batches share. */
function loadBatch(n: number): Uint8Array<ArrayBuffer> {
  const traceId = traceIdOf(Math.floor(n / 10) + 1);
  const spans: SampleSpan[] = Array.from({ length: BATCH }, (_, i) => ({
    traceId,
    spanId: (n * BATCH + i + 1).toString(16).padStart(16, '0'),
    ...(i === 0 && n % 10 === 0
      ? {}
      : { parentSpanId: (Math.floor(n / 10) * 10 * BATCH + 1).toString(16).padStart(16, '0') }),
    service: `service-${n % 7}`,
    name: `operation ${i % 50}`,
    startNs: T0 + BigInt(n * BATCH + i) * 1_000n,
    endNs: T0 + BigInt(n * BATCH + i) * 1_000n + 5_000n,
    attributes: { a: i, b: 'text', c: 0.5 },
  }));
  return protobufFromTraceJson(traceRequest(spans)) as Uint8Array<ArrayBuffer>;
}

describe('kill -9 under a load of 100,000 spans', () => {
  it('loses no acknowledged span, and the rest can be sent again', async () => {
    const first = await startSpoor(folder.path);
    const acknowledged = new Set<number>();
    let next = 0;
    const send = async (): Promise<void> => {
      while (next < BATCHES) {
        const n = next++;
        const response = await first.post('/v1/traces', loadBatch(n)).catch(() => null);
        if (!response) return;
        if (response.status === 200) acknowledged.add(n);
        if (acknowledged.size === KILL_AFTER) first.process.kill('SIGKILL');
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, send));
    expect(acknowledged.size).toBeGreaterThanOrEqual(KILL_AFTER);
    expect(acknowledged.size).toBeLessThan(BATCHES);

    const second = await startSpoor(folder.path);
    const stored = await storedSpans(second);
    for (const n of acknowledged) {
      for (const i of [0, 1, BATCH - 1])
        expect(stored.has((n * BATCH + i + 1).toString(16).padStart(16, '0'))).toBe(true);
    }
    expect(stored.size).toBeGreaterThanOrEqual(acknowledged.size * BATCH);
    // A batch is stored whole or not at all.
    expect(stored.size % BATCH).toBe(0);
    // Retries, as an exporter would send them: everything is there, nothing twice.
    for (let n = 0; n < BATCHES; n++) expect((await second.post('/v1/traces', loadBatch(n))).status).toBe(200);
    const { body } = await second.get<{ counts: { spans: number; traces: number } }>('/v1/status');
    expect(body.counts).toMatchObject({ spans: LOAD_SPANS, traces: BATCHES / 10 });
    expect((await storedSpans(second)).size).toBe(LOAD_SPANS);
    expect(await second.stop()).toBe(0);
  });
});

async function storedSpans(spoor: Awaited<ReturnType<typeof startSpoor>>): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let t = 1; t <= BATCHES / 10; t++) {
    const { status, body } = await spoor.get<{ spanCount: number; spans: { spanId: string }[] }>(
      `/v1/traces/${traceIdOf(t)}`,
    );
    if (status === 404) continue;
    expect(body.spans).toHaveLength(body.spanCount);
    for (const { spanId } of body.spans) ids.add(spanId);
  }
  return ids;
}

describe('a first start without a prepared database', () => {
  it('accepts spans while initdb runs, and answers when they are stored', async () => {
    const host = await startHost(null);
    expect(host.store.state).toBe('opening');
    expect((await sendTo(host, 1)).status).toBe(200);
    expect(host.store.state).toBe('ready');
    await host.close();
  });
});

describe('more than may wait', () => {
  it('is told to come back, by number, while what waits is stored', async () => {
    // initdb runs for seconds: nothing can be stored meanwhile.
    const host = await startHost(null);
    const answers = await Promise.all(Array.from({ length: 1_050 }, (_, i) => sendTo(host, i + 1)));
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1_050 - refused.length);
    for (const answer of refused) expect(answer.headers.get('retry-after')).toBe('1');
    for (const [i, { status }] of answers.entries()) {
      if (status === 503) expect((await sendTo(host, i + 1)).status).toBe(200);
    }
    const status = await fetch(`${host.ui}/v1/status`, { headers: { authorization: `Bearer ${host.token}` } });
    expect(((await status.json()) as { counts: object }).counts).toMatchObject({ traces: 1_050 });
    await host.close();
  });
});

function startHost(templateDir: string | null): Promise<Host> {
  return Host.start({
    ...builtPaths(join(REPOSITORY, 'out', 'main')),
    templateDir,
    dataDir: folder.path,
    otlpHttp: { host: '127.0.0.1', port: 0 },
    otlpGrpc: { host: '127.0.0.1', port: 0 },
    ui: { host: '127.0.0.1', port: 0 },
    token: null,
    overrides: { forwardUrl: null, corsOrigins: null, compatWithoutToken: null, keys: {} },
    version: '0.0.0',
    log: () => {},
    desktop: false,
    uiPortMayMove: false,
    leave: (message) => {
      throw new Error(message);
    },
  });
}

function sendTo(host: Host, n: number): Promise<Response> {
  const body = JSON.stringify(traceRequest(drawnSpans(traceIdOf(n), 'a 0..1')));
  return fetch(`${host.otlpHttpUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
}

describe('a worker that dies', () => {
  let host: Host;
  const get = (path: string) => fetch(host.ui + path, { headers: { authorization: `Bearer ${host.token}` } });
  const send = (n: number) => sendTo(host, n);

  beforeEach(async () => {
    host = await startHost(builtPaths(join(REPOSITORY, 'out', 'main')).templateDir);
  });
  afterEach(() => host.close());

  it('is started again: the store, with all that was acknowledged', async () => {
    expect((await send(1)).status).toBe(200);
    for (let n = 2; n <= 4; n++) {
      const lost = [get('/v1/traces'), send(n)];
      await host.crashWorker('store');
      // Callers hear 503 or, where they came late, get their answer from the successor; nobody hangs.
      for (const response of await Promise.all(lost)) expect([200, 503]).toContain(response.status);
      expect((await send(n)).status).toBe(200);
    }
    const list = (await (await get('/v1/traces')).json()) as { data: unknown[] };
    expect(list.data).toHaveLength(4);
  });

  it('is started again: the receiver, on its port', async () => {
    const before = host.otlpHttpUrl;
    await host.crashWorker('ingest');
    const status = await eventually(async () => (await send(9).catch(() => null))?.status);
    expect([status, host.otlpHttpUrl]).toEqual([200, before]);
  });

  it('is started again: the gateway, which a window then reaches through the same connection', async () => {
    const link = createLink<SpoorApi>('gateway');
    const listeners = new Set<(message: unknown) => void>();
    let lost = 0;
    const window = host.connectRenderer(
      (data) => {
        for (const listener of listeners) listener(data);
      },
      () => lost++,
    );
    link.attach({ send: window.send, listen: (hear) => listeners.add(hear) }, new Promise(() => {}));
    expect((await link.api.status()).store.state).toMatch(/opening|ready/);
    await host.crashWorker('gateway');
    await eventually(async () => lost === 1);
    expect((await link.api.status()).version).toBe('0.0.0');
    window.close();
  });

  it('is started again: the gateway, which hands on settings that were changed before it ended', async () => {
    // As a change that the threads have not heard of yet.
    const keeper = host.settings;
    await keeper.change({ revision: (await keeper.report()).revision, set: { 'redaction.emails': true } });
    await host.crashWorker('gateway');
    const mail = 'ada@example.com';
    const [span] = drawnSpans(traceIdOf(1), 'a 0..1');
    if (!span) throw new Error('nothing is drawn');
    const redacted = await eventually(async () => {
      const body = JSON.stringify(traceRequest([{ ...span, attributes: { mail } }]));
      const headers = { 'content-type': 'application/json' };
      expect((await fetch(`${host.otlpHttpUrl}/v1/traces`, { method: 'POST', headers, body })).status).toBe(200);
      const status = await get('/v1/status').catch(() => null);
      const { redacted } = ((await status?.json()) ?? {}) as { redacted?: { total: number } };
      return (redacted?.total ?? 0) > 0;
    });
    expect(redacted).toBe(true);
  });

  it('is started again: the gateway, on its port', async () => {
    const before = host.ui;
    await host.crashWorker('gateway');
    const status = await eventually(async () => (await get('/v1/traces').catch(() => null))?.status);
    expect([status, host.ui]).toEqual([200, before]);
  });
});
