/**
 * A query that has much to do: others are answered meanwhile, time is looked at inside its loops, and it stops when nobody waits for it
 * any more, be it over HTTP or a socket. Counted in steps of its regular expressions and in statements.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLink, serve } from '../../core/api/rpc/service';
import type { GatewayOptions, HostService, IngestService, TimelineService } from '../../core/api/workers';
import type { StoreService } from '../../core/operations/store-service';
import { PriceBook } from '../../core/pricing/price-book';
import { stepsTaken } from '../../core/query/traceql/regex';
import { Redactor } from '../../core/redaction/redactor';
import { DEFAULT_REDACTION } from '../../core/redaction/rules';
import { WrittenTexts } from '../../core/redaction/written-texts';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import type { WorkspaceReaders } from '../../core/store/workspace/workspace-readers';
import { createGateway } from '../../services/gateway/gateway';
import { connectRpc } from '../../services/net/rpc-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { workspaceReaders } from '../../services/store/workspace-readers';
import { WorkspaceStore } from '../../services/store/workspace-store';
import { createUiServer } from '../../workers/gateway/ui-server';
import { channelOf, closedOf } from '../../workers/rpc/worker-port';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const TRACES = 60;
const SPANS = 10;
const TOKEN = 'token-of-the-test';
/** Over every note: millions of steps, of which a turn has half a million. */
const HEAVY = '{ span.note =~ "(a|e|.)*(o|x)(n|.)*(g|y)(u|.)*[zj]" }';
const IN_NO_HURRY_MS = 60_000;
/** A turn, and the text that ended it. */
const STEPS_TO_STOP = 1_500_000;

function spansOf(trace: number): SampleSpan[] {
  return Array.from({ length: SPANS }, (_, n) => ({
    traceId: traceIdOf(trace + 1),
    spanId: (trace * SPANS + n + 1).toString(16).padStart(16, '0'),
    service: 'web',
    name: `operation ${n % 3}`,
    startNs: T0 + BigInt(trace * SPANS + n) * 1_000_000n,
    endNs: T0 + BigInt(trace * SPANS + n) * 1_000_000n + 5n,
    attributes: { note: `Request ${trace} of span ${n}: x ${'was long '.repeat(700)}${trace === 0 ? 'z' : ''}` },
  }));
}

class TestStore extends WorkspaceStore {
  /** Steps and statements so far when an asker left; null: none did. */
  left: { readonly steps: number; readonly statements: number } | null = null;
  statements = 0;
  underWay = 0;
  private readonly readers: WorkspaceReaders;

  constructor(sql: SqlClient) {
    super(new WrittenTexts(new Redactor(DEFAULT_REDACTION)));
    const counted: SqlClient = {
      ...sql,
      query: (...asked) => {
        this.statements++;
        return sql.query(...asked);
      },
      transaction: (run) => {
        this.statements++;
        return sql.transaction(run);
      },
    };
    const prices = new PriceBook([]);
    this.readers = workspaceReaders(
      counted,
      WORKSPACE,
      () => prices,
      () => true,
    );
    this.watch('listTraces', 'histogram', 'heatmap', 'query', 'groups');
  }

  protected ready = async () => this.readers;
  protected author = async () => null;
  protected changed = (): void => {};

  forgetLeft(): void {
    this.left = null;
  }

  private watch(...names: readonly ('listTraces' | 'histogram' | 'heatmap' | 'query' | 'groups')[]): void {
    for (const name of names) {
      const run = this[name] as (query: object, signal?: AbortSignal) => Promise<unknown>;
      const watched = async (query: object, signal?: AbortSignal): Promise<unknown> => {
        signal?.addEventListener('abort', () => {
          this.left ??= { steps: stepsTaken(), statements: this.statements };
        });
        this.underWay++;
        try {
          return await run(query, signal);
        } finally {
          this.underWay--;
        }
      };
      Object.assign(this, { [name]: watched });
    }
  }
}

describe.each([pgliteDatabases(), postgresDatabases()])('a heavy query on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    for (let trace = 0; trace < TRACES; trace += 10) {
      await writer.append([batchOf(Array.from({ length: 10 }, (_, i) => spansOf(trace + i)).flat())]);
    }
  });
  afterAll(async () => {
    await drop?.();
    await databases.stop();
  });

  const questions: readonly (readonly [
    string,
    (store: StoreService | TestStore, signal?: AbortSignal) => Promise<unknown>,
  ])[] = [
    ['list', (store, signal) => store.listTraces({ query: HEAVY, waitMs: IN_NO_HURRY_MS }, signal)],
    [
      'sorted list',
      (store, signal) => store.listTraces({ query: HEAVY, sort: '-durationNs', waitMs: IN_NO_HURRY_MS }, signal),
    ],
    ['histogram', (store, signal) => store.histogram({ query: HEAVY, waitMs: IN_NO_HURRY_MS }, signal)],
    ['heatmap', (store, signal) => store.heatmap({ query: HEAVY, waitMs: IN_NO_HURRY_MS }, signal)],
    ['metric', (store, signal) => store.query({ query: `${HEAVY} | rate()`, waitMs: IN_NO_HURRY_MS }, signal)],
    [
      'comparison',
      (store, signal) => store.query({ query: `{ } | compare(${HEAVY})`, waitMs: IN_NO_HURRY_MS }, signal),
    ],
    ['groups', (store, signal) => store.groups({ query: HEAVY, by: 'name', waitMs: IN_NO_HURRY_MS }, signal)],
    [
      'sets of spans',
      (store, signal) =>
        store.listTraces({ query: `{ } | by(${HEAVY.slice(1, -1)}) | count() > 99`, waitMs: IN_NO_HURRY_MS }, signal),
    ],
  ];

  it.each(questions)(
    'lets others be answered while it works: %s',
    async (_, ask) => {
      const store = new TestStore(sql);
      let isOver = false;
      const before = stepsTaken();
      const heavy = ask(store).then(() => {
        isOver = true;
      });
      let answered = 0;
      while (!isOver) {
        expect((await store.listTraces({ limit: 1, waitMs: IN_NO_HURRY_MS })).data).toHaveLength(1);
        if (!isOver) answered++;
      }
      await heavy;
      const turns = Math.floor((stepsTaken() - before) / STEPS_TO_STOP);
      expect(turns).toBeGreaterThan(2);
      expect(answered).toBeGreaterThan(0);
    },
    60_000,
  );

  it.each(questions)(
    'stops when nobody waits: %s',
    async (_, ask) => {
      const store = new TestStore(sql);
      const asker = new AbortController();
      const before = stepsTaken();
      const answer = ask(store, asker.signal);
      answer.catch(() => {});
      while (stepsTaken() - before < STEPS_TO_STOP) await new Promise((resolve) => setImmediate(resolve));
      asker.abort(new Error('the page was closed'));
      await expect(answer).rejects.toThrow('the page was closed');
      expect(stepsTaken() - (store.left?.steps ?? 0)).toBeLessThan(STEPS_TO_STOP);
      expect(store.statements - (store.left?.statements ?? 0)).toBeLessThanOrEqual(1);
    },
    60_000,
  );

  it('looks at the time inside its loops, and goes on there', async () => {
    const store = new TestStore(sql);
    const found: string[] = [];
    let pages = 0;
    for (let cursor: string | null | undefined; cursor !== null; pages++) {
      const before = stepsTaken();
      const page = await store.listTraces({ query: HEAVY, limit: 100, waitMs: 1, ...(cursor && { cursor }) });
      expect(stepsTaken() - before).toBeLessThan(4 * STEPS_TO_STOP);
      found.push(...page.data.map(({ traceId }) => traceId));
      cursor = page.pagination.nextCursor;
    }
    expect(pages).toBeGreaterThan(3);
    expect(found).toEqual([traceIdOf(1)]);
    const before = stepsTaken();
    const histogram = await store.histogram({ query: HEAVY, waitMs: 1 });
    expect(histogram.complete).toBe(false);
    expect(stepsTaken() - before).toBeLessThan(4 * STEPS_TO_STOP);
  });

  it('gives the page of a plain list whole, however late the database answers', async () => {
    const store = new TestStore(sql);
    for (const query of ['', '{ }', '{ status = error }']) {
      const page = await store.listTraces({ query, limit: 10, waitMs: 0 });
      expect([query, page.data.length, page.search.complete]).toEqual([query, query.includes('error') ? 0 : 10, true]);
    }
  });

  describe('over HTTP and sockets', () => {
    let store: TestStore;
    let folder: string;
    let url: string;
    let end: () => Promise<void>;
    beforeAll(async () => {
      store = new TestStore(sql);
      const { port1, port2 } = new MessageChannel();
      serve(store as unknown as StoreService, channelOf(port1), { closed: closedOf(port1) });
      const link = createLink<StoreService>('database');
      link.attach(channelOf(port2), closedOf(port2));
      folder = await mkdtemp(join(tmpdir(), 'spoor-heavy-'));
      const options: GatewayOptions = {
        ui: { host: '127.0.0.1', port: 0 },
        token: TOKEN,
        rendererDir: folder,
        openApiFile: join(folder, 'openapi.json'),
        version: '0',
        dataDir: folder,
        retention: { days: null, bytes: null, spans: null },
        agentsMayWrite: false,
        compatWithoutToken: false,
      };
      const nothing = {};
      const gateway = createGateway({
        options,
        store: link.api,
        ingest: nothing as IngestService,
        timeline: nothing as TimelineService,
        keys: nothing as HostService,
        sync: null,
        settings: null,
        log: () => {},
      });
      const ui = await createUiServer(gateway, options, () => {});
      await new Promise<void>((resolve) => ui.server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(ui.server.address() as AddressInfo).port}`;
      end = async () => {
        await ui.close();
        port1.close();
        await rm(folder, { recursive: true });
      };
    });
    afterAll(() => end?.());

    /** Until the store has begun; then the asker leaves. */
    const stopsAfter = async (leave: () => void): Promise<void> => {
      store.forgetLeft();
      const before = stepsTaken();
      await vi.waitFor(() => expect(stepsTaken() - before).toBeGreaterThan(STEPS_TO_STOP), {
        timeout: 60_000,
        interval: 1,
      });
      leave();
      await vi.waitFor(() => expect(store.left).not.toBeNull(), { timeout: 60_000, interval: 1 });
      await vi.waitFor(() => expect(store.underWay).toBe(0), { timeout: 60_000, interval: 1 });
      expect(stepsTaken() - (store.left?.steps ?? 0)).toBeLessThan(STEPS_TO_STOP);
      expect(store.statements - (store.left?.statements ?? 0)).toBeLessThanOrEqual(1);
    };

    it.each([
      ['/v1/traces', 'query'],
      ['/v1/query', 'query'],
      ['/v1/histogram', 'query'],
      ['/v1/heatmap', 'query'],
      ['/v1/groups', 'query'],
    ])(
      'stops when a client of %s hangs up',
      async (path) => {
        const client = new AbortController();
        const authorization = `Bearer ${TOKEN}`;
        const asked = { query: HEAVY, waitMs: String(IN_NO_HURRY_MS), ...(path === '/v1/groups' && { by: 'name' }) };
        const { signal } = client;
        const answer =
          path === '/v1/query'
            ? fetch(`${url}${path}`, {
                method: 'POST',
                headers: { authorization, 'content-type': 'application/json' },
                body: JSON.stringify({ query: `${HEAVY} | rate()`, waitMs: IN_NO_HURRY_MS }),
                signal,
              })
            : fetch(`${url}${path}?${new URLSearchParams(asked)}`, { headers: { authorization }, signal });
        answer.catch(() => {});
        await stopsAfter(() => client.abort());
        await expect(answer).rejects.toThrow();
      },
      90_000,
    );

    it('stops when a page asks for something else', async () => {
      const { api, close } = await connectRpc(url, TOKEN);
      const asker = new AbortController();
      const answer = api.groups({ query: HEAVY, by: 'name', waitMs: IN_NO_HURRY_MS }, asker.signal);
      answer.catch(() => {});
      await stopsAfter(() => asker.abort());
      await expect(answer).rejects.toThrow();
      // The socket goes on.
      expect((await api.listTraces({ limit: 1, waitMs: IN_NO_HURRY_MS })).data).toHaveLength(1);
      close();
    });

    it('stops when a page is closed, though it sent no signal', async () => {
      const { api, close } = await connectRpc(url, TOKEN);
      const answer = api.listTraces({ query: HEAVY, waitMs: IN_NO_HURRY_MS });
      answer.catch(() => {});
      await stopsAfter(close);
    });
  });
});
