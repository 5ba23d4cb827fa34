/** A database whose files are damaged: Spoor says so everywhere, takes nothing into it, and senders come back. */
import { join } from 'node:path';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { traceRequest } from '../../core/samples/otlp-builder';
import { copyTree } from '../fixtures/copy-tree';
import { type Damage, damage, relationFiles } from '../fixtures/damage';
import { preparedFolder } from '../fixtures/prepared-folder';
import { eventually, type RunningSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { drawnSpans, traceIdOf } from '../fixtures/traces';

const TRACES = 60;
type Folder = Awaited<ReturnType<typeof preparedFolder>>;

let whole: Folder;
let files: ReadonlyMap<string, string>;
let folder: Folder;
let spoor: RunningSpoor | null = null;

const trace = (n: number) => traceRequest(drawnSpans(traceIdOf(n), 'GET /a 0..100 web\n  SELECT 10..20 db !timeout'));

beforeAll(async () => {
  whole = await preparedFolder();
  const first = await startSpoor(whole.path);
  for (let n = 1; n <= TRACES; n++) expect((await first.post('/v1/traces', trace(n))).status).toBe(200);
  expect(await first.stop()).toBe(0);
  files = await relationFiles(join(whole.path, 'db'));
});
afterAll(() => whole.remove());
afterEach(async () => {
  await spoor?.stop('SIGKILL');
  spoor = null;
  await folder.remove();
});

async function copied(): Promise<void> {
  folder = await temporaryFolder();
  copyTree(whole.path, folder.path);
}

const partOf = (pattern: RegExp): string => {
  const name = [...files.keys()].find((one) => pattern.test(one));
  return files.get(name ?? '') ?? name ?? '';
};

function exportByGrpc(target: string): Promise<number> {
  const client = new Client(target, credentials.createInsecure());
  const bytes = (value: Buffer): Buffer => value;
  return new Promise<number>((resolve) => {
    client.makeUnaryRequest(
      '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      bytes,
      bytes,
      Buffer.from(protobufFromTraceJson(trace(9_000))),
      (error: ServiceError | null) => resolve(error?.code ?? status.OK),
    );
  }).finally(() => client.close());
}

/** Asks for all sorts, which is how damage is met. No answer is 500, and what is acknowledged was before it was met. */
async function use(running: RunningSpoor): Promise<void> {
  const paths = [
    '/v1/traces',
    '/v1/services',
    `/v1/traces/${traceIdOf(1)}`,
    '/v1/groups?by=resource.service.name',
    '/v1/attributes',
  ];
  for (const path of paths)
    expect([path, [200, 404, 503]]).toEqual([path, expect.arrayContaining([(await running.get(path)).status])]);
  expect([200, 503]).toContain((await running.post('/v1/traces', trace(8_000))).status);
}

async function isDamaged(running: RunningSpoor): Promise<void> {
  const { store } = await eventually(async () => {
    const { body } = await running.get<{ store: { state: string; message: string; directory: string } }>('/v1/status');
    if (body.store.state === 'damaged') return body;
    if (body.store.state === 'ready') await use(running);
    return null;
  });
  expect(store.directory).toBe(join(folder.path, 'db'));
  expect(store.message).toMatch(/is damaged\. .*move the folder aside/s);
  expect(store.message).toContain(store.directory);
  expect(store.message).not.toMatch(/Aborted|ASSERTIONS|PGlite/);
  for (const path of ['/v1/traces', '/v1/logs', '/v1/metrics', '/api/v2/spans']) {
    const body = path.startsWith('/v1/traces')
      ? trace(9_001)
      : path.startsWith('/api')
        ? JSON.stringify([ZIPKIN])
        : RECORD[path];
    const answer = await running.post(
      path,
      body ?? {},
      path.startsWith('/api') ? { 'content-type': 'application/json' } : {},
    );
    expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, 503, '1']);
    expect(await answer.text()).toContain('is damaged');
  }
  expect(await exportByGrpc(running.ready.otlpGrpc)).toBe(status.UNAVAILABLE);
  for (const path of ['/v1/traces', '/v1/services', `/v1/traces/${traceIdOf(1)}`, '/v1/annotations']) {
    const answer = await fetch(running.ready.ui + path, {
      headers: { authorization: `Bearer ${running.ready.token}` },
    });
    expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, 503, '1']);
    expect(await answer.json()).toMatchObject({
      error: { code: 'SERVICE_UNAVAILABLE', message: expect.stringContaining('is damaged') },
    });
  }
  for (const path of ['/healthz', '/readyz']) {
    const answer = await fetch(running.ready.ui + path);
    expect([answer.status, await answer.text()]).toEqual([503, 'the database is damaged\n']);
  }
}

const ZIPKIN = {
  traceId: '000000000000000a',
  id: '000000000000000b',
  name: 'a',
  timestamp: 1_700_000_000_000_000,
  duration: 5,
};
const RECORD: Readonly<Record<string, object>> = {
  '/v1/logs': {
    resourceLogs: [
      { scopeLogs: [{ logRecords: [{ timeUnixNano: '1700000000000000000', body: { stringValue: 'a' } }] }] },
    ],
  },
  '/v1/metrics': {
    resourceMetrics: [
      {
        scopeMetrics: [
          { metrics: [{ name: 'm', gauge: { dataPoints: [{ timeUnixNano: '1700000000000000000', asInt: '1' }] } }] },
        ],
      },
    ],
  },
};

const CASES: readonly (readonly [of: RegExp | string, how: Damage])[] = [
  [/^span_[0-9]+$/, 'overwritten'],
  [/^trace$/, 'flipped'],
  [/^trace_start$/, 'overwritten'],
  [/^span_[0-9]+$/, 'missing'],
  [/^attribute$/, 'missing'],
  [/^pg_class$/, 'overwritten'],
  [/^pg_attribute$/, 'cut short'],
  [/^schema_migration$/, 'cut short'],
  ['global/pg_control', 'cut short'],
  ['global/pg_control', 'overwritten'],
  ['base/5/pg_filenode.map', 'missing'],
  ['pg_xact/0000', 'missing'],
];

it.each(CASES)('%s %s before the start', async (of, how) => {
  await copied();
  await damage(folder.path, typeof of === 'string' ? of : partOf(of), how);
  spoor = await startSpoor(folder.path);
  await isDamaged(spoor);
});

// Pages that were read before are held in memory, and are whole there.
it.each([
  [/^span_[0-9]+$/, 'missing'],
  [/^trace$/, 'missing'],
] as const)('%s %s while it runs', async (of, how) => {
  await copied();
  spoor = await startSpoor(folder.path);
  expect((await spoor.post('/v1/traces', trace(7_000))).status).toBe(200);
  await damage(folder.path, partOf(of), how);
  await isDamaged(spoor);
});

it('a damaged database is left as it is when it cannot be opened, and the sentence says so', async () => {
  await copied();
  await damage(folder.path, 'global/pg_control', 'cut short');
  spoor = await startSpoor(folder.path);
  const running = spoor;
  const message = await eventually(async () => {
    const { store } = (await running.get<{ store: { state: string; message?: string } }>('/v1/status')).body;
    return store.state === 'damaged' && store.message;
  });
  expect(message).toContain('Nothing was changed there.');
});
