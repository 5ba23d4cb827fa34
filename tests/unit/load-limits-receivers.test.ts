/** Over HTTP and gRPC: a sender that announces, stalls or sends the most takes no room from others. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect as connectHttp2, constants } from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { SpoorError } from '../../core/model/errors';
import { OtlpGrpcReceiver } from '../../services/ingest/otlp-grpc';
import { OtlpHttpReceiver } from '../../services/ingest/otlp-http';
import { Refusals } from '../../services/ingest/refusals';
import { UNLIMITED } from '../../services/ingest/sender-limit';
import { TRACES } from '../../services/ingest/signals';
import { Arrivals } from '../../services/net/arrivals';
import { BodyRate } from '../../services/net/body-rate';
import { httpServer, peerOfRequest } from '../../services/net/http-server';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const KIB = 1024;
const MIB = 1024 * KIB;

/** The receivers with a clock of ours; what they are sent is counted as stored. */
async function receivers(limits?: ConstructorParameters<typeof Arrivals>[0]) {
  const clock = { now: 0 };
  const arrivals = new Arrivals(limits, () => clock.now);
  const bodyRate = new BodyRate({ windowMs: 10_000, bytesPerSecond: 300, atOnce: 2_000 }, () => clock.now);
  const stored: Uint8Array[] = [];
  const intake = {
    store: async (_signal: unknown, request: Uint8Array) => {
      stored.push(request);
      return { rejected: 0, reason: '', isUnderstood: true };
    },
  };
  const refusals = new Refusals();
  const http = new OtlpHttpReceiver({
    intake,
    arrivals,
    holdersOf: (request) => [peerOfRequest(request, false)],
    log: () => {},
    refusals,
    loopbackOnly: true,
    corsOrigins: [],
  });
  const server = httpServer(http.handle, { log: () => {}, requestMs: 900_000, bodyRate });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => close(server));
  const receiver = new OtlpGrpcReceiver({
    arrivals,
    peerOf: (remoteAddress) => remoteAddress ?? '',
    admit: async (metadata) => {
      if (metadata.get('refuse').length > 0) throw new SpoorError('UNAUTHORIZED', 'not you');
      return { intake, holders: [], limit: UNLIMITED, refusals };
    },
    bodyRate,
    loopbackOnly: false,
  });
  const { port: grpcPort } = await receiver.listen({ host: '127.0.0.1', port: 0 });
  closing.push(() => receiver.close(100));
  return { arrivals, bodyRate, clock, stored, port: (server.address() as AddressInfo).port, grpcPort };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

const HEAD = 'POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\n';

async function half(port: number, head: string, body: string | Uint8Array): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  closing.push(() => socket.destroy());
  await once(socket, 'connect');
  socket.write(`${HEAD}${head}\r\n\r\n`);
  socket.write(body);
  return socket;
}

const post = (port: number, body: Uint8Array = new Uint8Array()) =>
  fetch(`http://127.0.0.1:${port}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.from(body),
  });

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

const answerOf = async (socket: Socket): Promise<string> => {
  let text = '';
  socket.on('data', (data) => {
    text += data.toString('latin1');
  });
  await once(socket, 'close');
  return text;
};

describe('over HTTP', () => {
  it('three sockets that announce 64 MiB and send a byte hold three bytes, and stop nobody', async () => {
    const { arrivals, port } = await receivers();
    for (let n = 0; n < 3; n++) await half(port, `content-length: ${64 * MIB}`, '\n');
    await until(() => arrivals.bytes === 3);
    expect((await post(port)).status).toBe(200);
    expect((await post(port, new Uint8Array(32 * MIB))).status).toBe(200);
    expect(arrivals.bytes).toBe(3);
  });

  it('a thousand half-sent bodies stop nobody, and are told that they came too slowly', async () => {
    const { arrivals, bodyRate, clock, port } = await receivers();
    const sockets: Socket[] = [];
    for (let n = 0; n < 1_000; n++) sockets.push(await half(port, 'content-length: 1000', '\n'));
    await until(() => arrivals.bytes === 1_000);
    expect(bodyRate.arriving).toBe(1_000);
    expect((await post(port)).status).toBe(200);
    const answers = Promise.all(sockets.map(answerOf));
    clock.now = 10_000;
    bodyRate.look();
    for (const answer of await answers) expect(answer).toMatch(/^HTTP\/1\.1 408 .*too slowly/s);
    await until(() => arrivals.bytes === 0);
  });

  it('whoever still sends when told so can read it: nothing is reset', async () => {
    const { bodyRate, clock, port } = await receivers();
    const socket = await half(port, `content-length: ${64 * MIB}`, '\n');
    let failure: Error | null = null;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.pause();
    await until(() => bodyRate.arriving === 1);
    clock.now = 10_000;
    bodyRate.look();
    // More than a kernel keeps of what nobody reads.
    for (let n = 0; n < 32; n++) if (!socket.write(Buffer.alloc(MIB))) await once(socket, 'drain');
    const answer = answerOf(socket);
    socket.resume();
    expect(await answer).toMatch(/^HTTP\/1\.1 408 .*too slowly/s);
    expect(failure).toBeNull();
  });

  it('a body that never ends, in chunks or packed, ends at the limit by what arrives', async () => {
    const { arrivals, port, stored } = await receivers();
    const socket = await half(port, 'content-length: 100000000\r\ncontent-encoding: identity', '');
    expect(await answerOf(socket)).toMatch(/^HTTP\/1\.1 413/);
    // Blocks of nothing: they unpack to no byte at all.
    const nothing = Buffer.concat([
      Buffer.from([0x78, 0x01]),
      Buffer.alloc(66 * MIB, Buffer.from([0, 0, 0, 0xff, 0xff])),
    ]);
    const answer = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'deflate' },
      body: nothing,
    }).then(
      ({ status }) => status,
      () => 'cut off',
    );
    expect(answer).not.toBe(200);
    expect(stored).toEqual([]);
    await until(() => arrivals.bytes === 0);
  });

  it('a body that fills the room and then stalls gives it to one that sends', async () => {
    const { arrivals, clock, port, stored } = await receivers({
      bytes: 4 * MIB,
      bytesOfOne: 4 * MIB,
      waiting: 10,
      waitingOfOne: 10,
    });
    const still = await half(port, `content-length: ${4 * MIB}`, new Uint8Array(3 * MIB));
    await until(() => arrivals.bytes === 3 * MIB);
    expect((await post(port, new Uint8Array(2 * MIB))).status).toBe(503);
    clock.now = 3_000;
    const answer = answerOf(still);
    expect((await post(port, new Uint8Array(2 * MIB))).status).toBe(200);
    expect(await answer).toMatch(/^HTTP\/1\.1 503 .*retry-after: 1/is);
    expect(stored).toHaveLength(1);
    await until(() => arrivals.bytes === 0);
  });
});

describe('over gRPC', () => {
  const METHOD = TRACES.grpcPath;
  /** A message with its frame: packed or not, and its length. */
  const framed = (message: Uint8Array, flag = 0): Buffer => {
    const head = Buffer.alloc(5);
    head[0] = flag;
    head.writeUInt32BE(message.length, 1);
    return Buffer.concat([head, message]);
  };

  function calls(port: number) {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    session.on('error', () => {});
    closing.push(() => session.destroy());
    return (headers: Record<string, string> = {}) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': METHOD,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      });
      stream.on('error', () => {});
      const status = new Promise<number>((resolve) => {
        const take = (answer: object): void => {
          const code = (answer as Record<string, string>)['grpc-status'];
          if (code !== undefined) resolve(Number(code));
        };
        stream.on('response', take);
        stream.on('trailers', take);
        stream.on('close', () => resolve(-1));
      });
      stream.resume();
      return { stream, status };
    };
  }

  const OK = grpc.status.OK;

  it('streams that send nothing, or half, stop nobody, and end by the minimum rate', async () => {
    const { arrivals, bodyRate, clock, grpcPort, stored } = await receivers();
    const call = calls(grpcPort);
    const silent = Array.from({ length: 100 }, () => call());
    const halves = Array.from({ length: 100 }, () => call());
    for (const { stream } of halves) stream.write(framed(new Uint8Array(64)).subarray(0, 20));
    await until(() => arrivals.bytes === 2_000 && bodyRate.arriving === 200);
    const honest = call();
    honest.stream.end(framed(new Uint8Array()));
    expect(await honest.status).toBe(OK);
    expect(stored).toHaveLength(1);
    clock.now = 10_000;
    bodyRate.look();
    for (const { status } of [...silent, ...halves]) expect(await status).toBe(grpc.status.DEADLINE_EXCEEDED);
    await until(() => arrivals.bytes === 0);
  });

  it('a connection has a bound of streams', async () => {
    const { grpcPort } = await receivers();
    const session = connectHttp2(`http://127.0.0.1:${grpcPort}`);
    closing.push(() => session.destroy());
    await once(session, 'remoteSettings');
    expect(session.remoteSettings.maxConcurrentStreams).toBe(256);
  });

  it('who may not is told before the message is read', async () => {
    const { arrivals, grpcPort, stored } = await receivers();
    const { stream, status } = calls(grpcPort)({ refuse: 'yes' });
    stream.write(framed(new Uint8Array(8 * MIB)));
    expect(await status).toBe(grpc.status.UNAUTHENTICATED);
    // No more than a window of it came.
    expect(arrivals.bytes).toBeLessThan(128 * KIB);
    expect(stored).toEqual([]);
    await until(() => arrivals.bytes === 0);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])('messages in %s are unpacked within the room that there is', async (encoding, pack) => {
    const limits = { bytes: 4 * MIB, bytesOfOne: 4 * MIB, waiting: 10, waitingOfOne: 10 };
    const { arrivals, grpcPort, stored } = await receivers(limits);
    const call = calls(grpcPort);
    const send = (message: Uint8Array, flag = 1) => {
      const { stream, status } = call({ 'grpc-encoding': encoding });
      stream.end(framed(message, flag));
      return status;
    };
    expect(await send(pack(Buffer.alloc(2 * MIB, 10)))).toBe(OK);
    expect(stored.map(({ length }) => length)).toEqual([2 * MIB]);
    // A bomb: 8 MiB in some kilobytes.
    expect(await send(pack(Buffer.alloc(8 * MIB)))).toBe(grpc.status.UNAVAILABLE);
    expect(await send(Buffer.alloc(10, 10), 0)).toBe(OK);
    const cut = pack(Buffer.alloc(MIB, 10)).subarray(0, 50);
    expect(await send(cut)).toBe(grpc.status.INVALID_ARGUMENT);
    expect(stored).toHaveLength(2);
    await until(() => arrivals.bytes === 0);
  });

  it('an encoding that nobody knows is said to be so', async () => {
    const { grpcPort } = await receivers();
    const { stream, status } = calls(grpcPort)({ 'grpc-encoding': 'br' });
    stream.end(framed(new Uint8Array(9), 1));
    expect(await status).toBe(grpc.status.UNIMPLEMENTED);
  });

  it('a call that is given up holds nothing', async () => {
    const { arrivals, bodyRate, grpcPort } = await receivers();
    const { stream } = calls(grpcPort)();
    stream.write(framed(new Uint8Array(MIB)).subarray(0, 60_000));
    await until(() => arrivals.bytes === 60_000);
    stream.close(constants.NGHTTP2_CANCEL);
    await until(() => arrivals.bytes === 0 && bodyRate.arriving === 0);
  });
});
