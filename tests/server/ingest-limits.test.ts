/** What a key may send of telemetry in a minute, over HTTP and gRPC, counted by all copies together; and rooms that strangers share. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { traceRequest } from '../../core/samples/otlp-builder';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { HAS_REDIS, startRedis, type TestRedis } from '../fixtures/redis';
import { decodeStatusMessage } from '../fixtures/rpc-status';
import { eventually } from '../fixtures/spoor';
import { makeKeys, setUpOwner, startTeamServer, type TeamClient, type TeamServer } from '../fixtures/team-server';
import { drawnSpans, traceIdOf } from '../fixtures/traces';

const REQUESTS = 20;
const REQUEST = protobufFromTraceJson(traceRequest(drawnSpans(traceIdOf(1), 'a 0..9')));
const METHOD = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

let postgres: TestPostgres;
let redis: TestRedis | null;
let copies: TeamServer[];
let keys: TeamClient[];
let reader: TeamClient;

beforeAll(async () => {
  postgres = await startPostgres();
  redis = HAS_REDIS ? await startRedis() : null;
  const url = await postgres.createServed();
  const environment = {
    SPOOR_OTLP_REQUESTS: String(REQUESTS),
    SPOOR_OTLP_MIB: '2',
    ...(redis && { REDIS_URL: redis.url }),
  };
  const first = await startTeamServer(url, environment);
  copies = [first, ...(redis ? [await startTeamServer(url, environment)] : [])];
  const ann = await setUpOwner(first);
  keys = [];
  for (let n = 0; n < 5; n++) {
    const made = await makeKeys(ann.client, `project ${n}`);
    keys.push(made.ingest);
    reader = made.read;
  }
});
afterAll(async () => {
  await Promise.all((copies ?? []).map((copy) => copy.stop()));
  await redis?.stop();
  await postgres?.stop();
});

const keyOf = (n: number): string => keys[n]?.token ?? '';
const copyOf = (n: number): TeamServer => copies[n % copies.length] as TeamServer;

const send = (copy: number, key: number, body: Uint8Array = REQUEST) =>
  fetch(`${copyOf(copy).url}/v1/traces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keyOf(key)}`, 'content-type': 'application/x-protobuf' },
    body: Buffer.from(body),
  });

describe('a key', () => {
  it('sends so many requests a minute to all copies together; others are not its concern', async () => {
    const answers: Response[] = [];
    for (let n = 0; n < REQUESTS + 5; n++) answers.push(await send(n, 0));
    // One comes back every three seconds.
    const refused = answers.filter((answer) => answer.status === 429);
    expect(answers.filter((answer) => answer.status === 200).length).toBeGreaterThanOrEqual(REQUESTS);
    expect(refused.length).toBeGreaterThan(0);
    const [first] = refused as [Response];
    expect(Number(first.headers.get('retry-after'))).toBeGreaterThan(0);
    const told = decodeStatusMessage(new Uint8Array(await first.arrayBuffer()));
    expect(told).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    expect(told.message).toContain('Too many requests with this key');
    expect(told.detailTypes).toEqual(['type.googleapis.com/google.rpc.RetryInfo']);
    expect((await send(0, 1)).status).toBe(200);
  });

  it('sends so many bytes a minute, unpacked', async () => {
    // A field that nobody knows, of a mebibyte.
    const large = Buffer.concat([Buffer.from([0xfa, 0x01, 0x80, 0x80, 0x40]), Buffer.alloc(1024 * 1024)]);
    expect((await send(0, 2, large)).status).toBe(200);
    const refused = await send(1, 2, Buffer.concat([large, large]));
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(10);
    expect((await send(0, 2)).status).toBe(200);
  });

  it('is told over gRPC with RESOURCE_EXHAUSTED and when to come back', async () => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${keyOf(3)}`);
    const clients = copies.map(({ otlpGrpc }) => new Client(otlpGrpc, credentials.createInsecure()));
    const bytes = (value: Buffer): Buffer => value;
    const call = (n: number): Promise<ServiceError | null> =>
      new Promise((resolve) => {
        const client = clients[n % clients.length] as Client;
        client.makeUnaryRequest(METHOD, bytes, bytes, Buffer.from(REQUEST), metadata, (error) => resolve(error));
      });
    const answers: (ServiceError | null)[] = [];
    for (let n = 0; n < REQUESTS + 5; n++) answers.push(await call(n));
    for (const client of clients) client.close();
    const refused = answers.filter((error) => error !== null);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(REQUESTS);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set([status.RESOURCE_EXHAUSTED]));
    const details = refused[0]?.metadata.get('grpc-status-details-bin')[0] as Buffer;
    expect(decodeStatusMessage(details).detailTypes).toEqual(['type.googleapis.com/google.rpc.RetryInfo']);
  });
});

describe('half-sent bodies', () => {
  it('of strangers and of a key stop no other key, nor who reads', async () => {
    const sockets: Socket[] = [];
    const head = (path: string, authorization: string): string =>
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${authorization}content-type: application/x-protobuf\r\ncontent-length: 67108864\r\n\r\n\n`;
    const { port, hostname } = new URL(copyOf(0).url);
    for (let n = 0; n < 300; n++) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(n % 2 ? head('/v1/traces', `authorization: Bearer ${keyOf(1)}\r\n`) : head('/v1/auth/sign-in', ''));
      sockets.push(socket);
    }
    try {
      expect((await send(0, 4)).status).toBe(200);
      expect((await reader.ask('get', '/v1/traces')).status).toBe(200);
      await eventually(async () => (await fetch(`${copyOf(0).url}/readyz`)).ok);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });
});
