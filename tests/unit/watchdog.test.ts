/** Unresponsive threads are named by the probes and in the status, until they recover. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { UnresponsivePart } from '../../core/api/unresponsive-part';
import type { IngestService, KeyService, TimelineService } from '../../core/api/workers';
import type { StoreService } from '../../core/operations/store-service';
import type { ServerDatabase } from '../../server/adapters/database';
import { probesOf } from '../../server/doors/probes';
import { startIngestThread } from '../../server/modules/traces/service/ingest-thread';
import { ServerMetrics } from '../../server/observe/metrics';
import { createGateway } from '../../services/gateway/gateway';
import { unresponsiveByHost } from '../../services/gateway/unresponsive';
import { TRACES } from '../../services/ingest/signals';
import { Watchdog } from '../../services/watchdog';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function watchdog() {
  const clock = { now: 0 };
  const told: string[] = [];
  const dog = new Watchdog({
    onChange: (part, isUnresponsive) => told.push(`${part} ${isUnresponsive ? 'is unresponsive' : 'has recovered'}`),
    silentMs: 30_000,
    // Looked at by hand.
    everyMs: 5_000,
    now: () => clock.now,
  });
  closing.push(() => dog.close());
  const pass = (seconds: number): void => {
    for (let n = 0; n < seconds; n += 5) {
      clock.now += 5_000;
      dog.look();
    }
  };
  return { dog, told, clock, pass };
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('a watchdog', () => {
  it('names a part that sends no heartbeat for a while, once, and says when it has recovered', () => {
    const { dog, told, pass } = watchdog();
    dog.watch('well', () => dog.answered('well'));
    let asked = 0;
    dog.watch('silent', () => asked++);
    pass(30);
    expect([told, asked]).toEqual([[], 1]);
    pass(60);
    expect([told, asked]).toEqual([['silent is unresponsive'], 1]);
    expect(dog.unresponsive).toEqual([{ part: 'silent', seconds: 85 }]);
    dog.answered('silent');
    expect(told).toEqual(['silent is unresponsive', 'silent has recovered']);
    expect(dog.unresponsive).toEqual([]);
    pass(5);
    expect(asked).toBe(2);
  });

  it('reports nobody for the time that it was itself suspended', () => {
    const { dog, told, clock, pass } = watchdog();
    dog.watch('worker', () => {});
    pass(10);
    clock.now += 3_600_000;
    dog.look();
    expect(told).toEqual([]);
    pass(30);
    expect(told).toEqual(['worker is unresponsive']);
  });

  it('watches a restarted part from scratch, and forgets one that ended', () => {
    const { dog, told, pass } = watchdog();
    dog.watch('worker', () => {});
    pass(60);
    dog.watch('worker', () => {});
    pass(30);
    expect(told).toEqual(['worker is unresponsive', 'worker has recovered']);
    dog.forget('worker');
    pass(60);
    expect(dog.unresponsive).toEqual([]);
  });
});

async function probe(dog: Watchdog, path: string): Promise<{ status: number; text: string }> {
  const database = { system: { query: async () => [] }, damage: () => null } as unknown as ServerDatabase;
  const answer = { status: 0, text: '' };
  const response = {
    writeHead(status: number) {
      answer.status = status;
      return response;
    },
    end(text: string) {
      answer.text = text;
    },
  };
  const probes = probesOf({
    database,
    metrics: new ServerMetrics(
      () => 0,
      () => dog.unresponsive,
    ),
    watchdog: dog,
    metricsToken: 'metrics-token',
    isDraining: () => false,
  });
  const request = { headers: { authorization: 'Bearer metrics-token' } } as unknown as IncomingMessage;
  await probes[path]?.(request, response as unknown as ServerResponse);
  return answer;
}

describe('the thread of ingest', () => {
  const start = async () => {
    const { dog, told, pass } = watchdog();
    const gate = new SharedArrayBuffer(8);
    const gates = new Int32Array(gate);
    const thread = await startIngestThread({
      file: join(__dirname, '../fixtures/blocking-ingest.cjs'),
      workerData: { gate },
      log: () => {},
      onSpans: () => {},
      watchdog: dog,
      onDied: () => {},
    });
    const open = (at: number): void => {
      Atomics.store(gates, at, 1);
      Atomics.notify(gates, at);
    };
    closing.push(() => {
      open(0);
      open(1);
      return thread.close();
    });
    const answered = vi.spyOn(dog, 'answered');
    const signs = (): number => answered.mock.calls.filter(([part]) => part === 'ingest').length;
    /** Five seconds, with a sign of life. */
    const alive = async (): Promise<void> => {
      const before = signs();
      pass(5);
      await until(() => signs() > before);
    };
    /** Five seconds, and a moment for what is under way. */
    const blocked = async (): Promise<void> => {
      pass(5);
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const store = (workspaceId: number) => thread.store({ workspaceId, projectId: 'p' }, TRACES, new Uint8Array(1));
    return { dog, told, open, alive, blocked, store };
  };

  it('that is blocked turns /healthz and /readyz to 503 with its name, and back', async () => {
    const { dog, told, open, alive, blocked, store } = await start();
    for (let n = 0; n < 10; n++) await alive();
    expect(await probe(dog, '/healthz')).toEqual({ status: 200, text: 'ok\n' });
    const stored = store(1);
    while (!dog.unresponsive.some(({ part }) => part === 'ingest')) await blocked();
    for (const path of ['/healthz', '/readyz']) {
      const { status, text } = await probe(dog, path);
      expect([status, text]).toEqual([503, expect.stringMatching(/ingest is unresponsive: no heartbeat for \d+ s\n/)]);
    }
    open(0);
    await stored;
    await until(() => dog.unresponsive.length === 0);
    expect(told).toContain('ingest has recovered');
    expect(await probe(dog, '/healthz')).toEqual({ status: 200, text: 'ok\n' });
    expect(await probe(dog, '/readyz')).toEqual({ status: 200, text: 'ready\n' });
  });

  it('that is alive while nothing is written stays ready, and the metrics name `storing`', async () => {
    const { dog, open, alive, store } = await start();
    const stored = store(2);
    for (let n = 0; n < 10; n++) await alive();
    expect(dog.unresponsive.map(({ part }) => part)).toEqual(['storing']);
    expect((await probe(dog, '/healthz')).status).toBe(200);
    expect((await probe(dog, '/readyz')).status).toBe(200);
    expect((await probe(dog, '/metrics')).text).toMatch(/spoor_unresponsive_seconds\{part="storing"\} \d\d/);
    open(1);
    await stored;
    expect(dog.unresponsive).toEqual([]);
  });
});

describe('the status', () => {
  it('answers while the store does not, with the last known figures and the unresponsive part', async () => {
    let hangs = false;
    const never = new Promise<never>(() => {});
    const report = { store: { state: 'ready' }, counts: { spans: 7 }, redacted: { total: 0, byRule: {} } };
    const store = { state: async () => (hangs ? never : report) } as unknown as StoreService;
    const ingest = {
      report: async () => (hangs ? never : { queueDepth: 3, redacted: { total: 0, byRule: {} } }),
    } as unknown as IngestService;
    const unresponsive: UnresponsivePart[] = [];
    const gateway = createGateway({
      options: { version: '1', dataDir: '', openApiFile: '', retention: { days: null, bytes: null, spans: null } },
      store,
      ingest,
      timeline: {} as TimelineService,
      keys: {} as KeyService,
      sync: null,
      settings: null,
      log: () => {},
      unresponsive: async () => unresponsive,
    });
    expect(await gateway.status()).toMatchObject({ ...report, queueDepth: 3, unresponsive: [] });
    hangs = true;
    unresponsive.push({ part: 'store', seconds: 40 });
    expect(await gateway.status()).toMatchObject({ ...report, queueDepth: 3, unresponsive });
  });

  it('names the host when the host itself does not answer', async () => {
    const clock = { now: 0 };
    let answer: Promise<UnresponsivePart[]> = Promise.resolve([{ part: 'store', seconds: 31 }]);
    const ask = unresponsiveByHost({ unresponsive: () => answer }, () => clock.now, 1);
    expect(await ask()).toEqual([{ part: 'store', seconds: 31 }]);
    answer = new Promise<never>(() => {});
    expect(await ask()).toEqual([]);
    clock.now = 31_000;
    expect(await ask()).toEqual([{ part: 'host', seconds: 31 }]);
    answer = Promise.resolve([]);
    expect(await ask()).toEqual([]);
    answer = Promise.reject(new Error('it starts again'));
    expect(await ask()).toEqual([]);
  });
});
