/** Zipkin's reporters as clients: real files of Zipkin, read back field by field. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { int8FromSpanId, type SpanId, spanIdFromInt8 } from '../../core/model/ids';
import { WireWriter } from '../../core/otlp/wire-writer';
import { sideId } from '../../core/store/ingest/arrange-sides';
import { caseFile } from '../fixtures/cases';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';

interface Endpoint {
  readonly serviceName?: string;
  readonly ipv4?: string;
  readonly port?: number;
}
interface Zipkin {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly timestamp?: number;
  readonly duration?: number;
  readonly localEndpoint?: Endpoint;
  readonly remoteEndpoint?: Endpoint;
  readonly annotations?: { timestamp: number; value: string }[];
  readonly tags?: Record<string, string>;
  readonly shared?: boolean;
}
interface Stored {
  readonly name: string;
  readonly kind: string;
  readonly service: string;
  readonly startTime: string;
  readonly durationNs: number;
  readonly parentSpanId: string | null;
  readonly attributes: Record<string, unknown>;
  readonly events: { name: string; time: string }[];
  readonly status: { code: string };
}

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;
beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
});
afterAll(async () => {
  await spoor.stop();
  await folder.remove();
});

const send = (body: unknown) =>
  spoor.post('/api/v2/spans', JSON.stringify(body), { 'content-type': 'application/json' });
const read = async (traceId: string, spanId: string): Promise<Stored> =>
  (await spoor.get<Stored>(`/v1/traces/${traceId.padStart(32, '0')}/spans/${spanId}`)).body;

describe('Zipkin v2 JSON', () => {
  const cases = caseFile('07-zipkin');
  it.skipIf(!cases).each(cases ? readdirSync(cases) : [])('%s comes back as it was sent', async (name) => {
    const sent = JSON.parse(readFileSync(join(cases as string, name), 'utf8')) as Zipkin[];
    const answer = await send(sent);
    expect([answer.status, await answer.text()]).toEqual([202, '']);
    for (const span of sent) await expectStored(span, sent);
    const traceId = (sent[0] as Zipkin).traceId.padStart(32, '0');
    const { body } = await spoor.get<{ spanCount: number; incomplete: boolean }>(`/v1/traces/${traceId}`);
    expect(body).toMatchObject({ spanCount: sent.length, incomplete: false });
  });

  it('makes the server of a shared span a child of the client, and gives it what it recorded below', async () => {
    const at = 1_700_000_000_000_000;
    const [traceId, id] = ['463ac35c9f6413ad', 'b26412d1ac16767d'];
    const server = (ipv4: string, delay: number) => ({
      traceId,
      id,
      kind: 'SERVER',
      name: 'get',
      timestamp: at + delay,
      duration: 7,
      localEndpoint: { serviceName: 'back', ipv4 },
      shared: true,
    });
    const servers = [server('10.0.0.1', 1), server('10.0.0.2', 1), server('10.0.0.2', 2)];
    await send([
      { traceId, id, kind: 'CLIENT', name: 'get', timestamp: at, duration: 9, localEndpoint: { serviceName: 'front' } },
      ...servers,
      {
        traceId,
        id: '00000000000000c1',
        parentId: id,
        name: 'query',
        timestamp: at + 2,
        duration: 1,
        localEndpoint: { serviceName: 'back', ipv4: '10.0.0.2' },
      },
    ]);
    const { body } = await spoor.get<{ spanCount: number }>(`/v1/traces/${traceId.padStart(32, '0')}`);
    expect(body.spanCount).toBe(5);
    for (const one of servers) expect((await read(traceId, serverId(one))).parentSpanId).toBe(id);
    expect((await read(traceId, '00000000000000c1')).parentSpanId).toBe(serverId(servers[1] as Zipkin));
  });

  it.each([
    [{}, 'the request: not an array of spans'],
    [[{ id: '1' }], 'spans[0].traceId'],
    [[{ traceId: 'xyz', id: '1' }], 'spans[0].traceId'],
    [[{ traceId: '1', id: '0' }], 'spans[0].id: all zero'],
    [[{ traceId: '1', id: '1', kind: 'OTHER' }], 'spans[0].kind'],
    [[{ traceId: '1', id: '1', timestamp: 'yesterday' }], 'spans[0].timestamp'],
  ])('refuses %j, saying where it is wrong', async (body, message) => {
    const answer = await send(body);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(message)]);
  });
});

describe('Zipkin v2 protobuf', () => {
  it('is the same span', async () => {
    const writer = new WireWriter();
    const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
    writer.message(1, (span) => {
      span.data(1, bytes('000000000000000000000000000000fa'));
      span.data(2, bytes('00000000000000b1'));
      span.data(3, bytes('00000000000000c2'));
      span.varint(4, 1);
      span.string(5, 'put');
      span.fixed64(6, 1_700_000_000_000_000n);
      span.varint(7, 250n);
      span.message(8, (endpoint) => {
        endpoint.string(1, 'store');
        endpoint.data(2, Uint8Array.of(10, 0, 0, 7));
        endpoint.varint(4, 8080);
      });
      span.message(10, (annotation) => {
        annotation.fixed64(1, 1_700_000_000_000_100n);
        annotation.string(2, 'halfway');
      });
      span.message(11, (tag) => {
        tag.string(1, 'error');
        tag.string(2, 'disk full');
      });
    });
    const answer = await spoor.post('/api/v2/spans', writer.finish() as Uint8Array<ArrayBuffer>);
    expect(answer.status).toBe(202);
    expect(await read('fa', '00000000000000c2')).toMatchObject({
      name: 'put',
      kind: 'client',
      service: 'store',
      parentSpanId: '00000000000000b1',
      startTime: '2023-11-14T22:13:20.000000000Z',
      durationNs: 250_000,
      status: { code: 'error', message: 'disk full' },
      attributes: { error: 'disk full', 'network.local.address': '10.0.0.7', 'network.local.port': 8080 },
      events: [{ name: 'halfway', time: '2023-11-14T22:13:20.000100000Z' }],
    });
    expect((await spoor.post('/api/v2/spans', Uint8Array.of(10, 200))).status).toBe(400);
  });
});

async function expectStored(span: Zipkin, all: readonly Zipkin[]): Promise<void> {
  const service = span.localEndpoint?.serviceName ?? '';
  const isCalled = span.shared && all.some(({ id, shared }) => id === span.id && !shared);
  const stored = await read(span.traceId, isCalled ? serverId(span) : span.id);
  const servers = all.filter(
    ({ id, shared, localEndpoint }) => id === span.parentId && shared && localEndpoint?.serviceName === service,
  );
  const parents = isCalled ? [span.id] : servers.length > 0 ? servers.map(serverId) : [span.parentId ?? null];
  expect(parents).toContain(stored.parentSpanId);
  expect(stored).toMatchObject({
    name: span.name ?? '',
    kind: (span.kind ?? 'internal').toLowerCase(),
    service,
    durationNs: span.duration === undefined ? null : span.duration * 1_000,
    attributes: {
      ...span.tags,
      'network.local.address': span.localEndpoint?.ipv4,
      ...(span.localEndpoint?.port ? { 'network.local.port': span.localEndpoint.port } : {}),
      ...(span.remoteEndpoint?.ipv4 ? { 'network.peer.address': span.remoteEndpoint.ipv4 } : {}),
      ...(span.remoteEndpoint?.serviceName ? { 'peer.service': span.remoteEndpoint.serviceName } : {}),
      ...(span.duration === undefined ? { 'otel.zipkin.absentField.duration': true } : {}),
      ...(span.shared ? { 'zipkin.shared': true } : {}),
    },
    status: { code: span.tags?.error !== undefined ? 'error' : 'unset' },
  });
  if (span.timestamp !== undefined) expect(micros(stored.startTime)).toBe(span.timestamp);
  expect(stored.events.map(({ name, time }) => ({ value: name, timestamp: micros(time) }))).toEqual(
    span.annotations ?? [],
  );
}

function serverId({ id, timestamp, localEndpoint }: Zipkin): string {
  const spanId = sideId({
    sentId: int8FromSpanId(id as SpanId),
    service: localEndpoint?.serviceName ?? '',
    kind: 2,
    sentStartNs: BigInt(timestamp ?? 0) * 1_000n,
    instance: [localEndpoint?.ipv4, localEndpoint?.port].filter((part) => part !== undefined).join(' '),
  });
  return spanIdFromInt8(spanId);
}

function micros(time: string): number {
  return Date.parse(`${time.slice(0, 19)}Z`) * 1_000 + Number(time.slice(20, 26));
}
