/** Room for requests is shared out by what has arrived: a peer that announces, stalls or sends the most takes nothing from others. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect as connectHttp2, constants } from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import * as grpc from '@grpc/grpc-js';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { SpoorError } from '../../core/model/errors';
import { bodyBudget } from '../../server/http/body-budget';
import { DecodedBytes } from '../../services/ingest/decoded-bytes';
import { OtlpGrpcReceiver } from '../../services/ingest/otlp-grpc';
import { OtlpHttpReceiver } from '../../services/ingest/otlp-http';
import { Refusals } from '../../services/ingest/refusals';
import { UNLIMITED } from '../../services/ingest/sender-limit';
import { TRACES } from '../../services/ingest/signals';
import { Arrivals } from '../../services/net/arrivals';
import { BodyRate, type Sender } from '../../services/net/body-rate';
import { httpServer, peerOfRequest } from '../../services/net/http-server';
import { peerOf } from '../../services/net/peer';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const KIB = 1024;
const MIB = 1024 * KIB;
const LIMITS = { bytes: 100, bytesOfOne: 60, waiting: 4, waitingOfOne: 3 };

function room(limits = LIMITS) {
  const clock = { now: 0 };
  const arrivals = new Arrivals(limits, () => clock.now);
  const refused: string[] = [];
  const begin = (...holders: string[]) =>
    arrivals.begin(holders, (error) => refused.push(`${holders[0]} ${error.code}`));
  return { arrivals, begin, clock, refused };
}

describe('bodies in memory', () => {
  it('count as they arrive, and no more once they are answered', () => {
    const { arrivals, begin } = room();
    const three = [begin('a'), begin('b'), begin('c')];
    for (const one of three) one.charge(1);
    expect(arrivals.bytes).toBe(3);
    const fourth = begin('d');
    fourth.charge(60);
    fourth.charge(-20);
    fourth.whole();
    expect([arrivals.bytes, arrivals.waiting, arrivals.waitingOf('d')]).toEqual([43, 1, 1]);
    for (const one of [...three, fourth, fourth]) one.done();
    expect([arrivals.bytes, arrivals.waiting, arrivals.waitingOf('d')]).toEqual([0, 0, 0]);
  });

  it('leave room to others: nobody holds more than a share', () => {
    const { arrivals, begin } = room();
    const greedy = begin('a');
    greedy.charge(60);
    expect(() => greedy.charge(1)).toThrow(SpoorError);
    expect(() => begin('a').charge(1)).toThrow(SpoorError);
    begin('b').charge(40);
    expect(() => begin('b').charge(1)).toThrow('try again');
    for (let n = 0; n < 3; n++) begin('c').whole();
    expect(() => begin('c').whole()).toThrow('try again');
    begin('d').whole();
    expect(() => begin('d').whole()).toThrow('try again');
    expect(arrivals.waiting).toBe(4);
  });

  it('count for each holder, the one that is known later too', () => {
    const { arrivals, begin } = room();
    const one = begin('address', 'workspace 1');
    one.charge(30);
    const other = begin('elsewhere');
    other.charge(20);
    other.alsoOf('workspace 1');
    expect(() => other.charge(11)).toThrow(SpoorError);
    other.charge(10);
    other.whole();
    expect(arrivals.waitingOf('workspace 1')).toBe(1);
  });

  it('that stall make room, the largest first; those that move stay', () => {
    const { arrivals, begin, clock, refused } = room({ ...LIMITS, bytes: 100 * KIB, bytesOfOne: 100 * KIB });
    const still = begin('still');
    still.charge(40 * KIB);
    begin('smaller').charge(20 * KIB);
    const moving = begin('moving');
    clock.now = 1_900;
    moving.charge(30 * KIB);
    expect(() => begin('early').charge(40 * KIB)).toThrow(SpoorError);
    expect(refused).toEqual([]);
    clock.now = 2_100;
    const fresh = begin('fresh');
    fresh.charge(40 * KIB);
    expect(refused).toEqual(['still SERVICE_UNAVAILABLE']);
    expect(() => still.charge(1)).toThrow(SpoorError);
    expect(() => still.whole()).toThrow(SpoorError);
    expect(arrivals.bytes).toBe(90 * KIB);
    // 16 KiB in two seconds, byte by byte, is not unresponsive still.
    for (let n = 0; n < 64; n++) moving.charge(KIB / 16);
    expect(moving.standsStill).toBe(false);
  });

  it('that are whole are never thrown out', () => {
    const { begin, clock, refused } = room({ ...LIMITS, bytes: 10, bytesOfOne: 10 });
    const whole = begin('a');
    whole.charge(10);
    whole.whole();
    clock.now = 60_000;
    expect(() => begin('b').charge(1)).toThrow(SpoorError);
    expect(refused).toEqual([]);
  });
});

describe('what requests become', () => {
  const refused = (bytes: DecodedBytes): boolean => {
    try {
      bytes.check();
      return false;
    } catch (error) {
      expect((error as SpoorError).code).toBe('SERVICE_UNAVAILABLE');
      return true;
    }
  };

  it('is bounded together: one is decoded below the limit, none beyond, and all again when they are stored', async () => {
    const bytes = new DecodedBytes(100);
    let store = (): void => {};
    const stored = bytes.holding(99, () => new Promise<void>((resolve) => (store = resolve)));
    expect(refused(bytes)).toBe(false);
    const failing = bytes.holding(1, () => Promise.reject(new Error('full')));
    expect(refused(bytes)).toBe(true);
    await expect(failing).rejects.toThrow('full');
    expect(refused(bytes)).toBe(false);
    store();
    await stored;
    await bytes.holding(500, async () => expect(refused(bytes)).toBe(true));
    expect(refused(bytes)).toBe(false);
  });

  it('of one holder leaves room to others', async () => {
    const bytes = new DecodedBytes(100);
    const [one, other] = [bytes.share(50), bytes.share(50)];
    await one.holding(50, async () => {
      expect([refused(one), refused(other), refused(bytes)]).toEqual([true, false, false]);
      await other.holding(50, async () => expect([refused(other), refused(bytes)]).toEqual([true, true]));
    });
    expect([refused(one), refused(other)]).toEqual([false, false]);
  });
});

describe('a minimum rate', () => {
  const RATE = { windowMs: 10_000, bytesPerSecond: 300, atOnce: 4 };

  function rate(limits = RATE) {
    const clock = { now: 0 };
    const bodyRate = new BodyRate(limits, () => clock.now);
    const ended: string[] = [];
    const send = (name: string, peer: string) => {
      const state = { bytes: 0, isDone: false, isHeldUp: false };
      const sender: Sender = {
        peer,
        arrived: () => state.bytes,
        isDone: () => state.isDone,
        isHeldUp: () => state.isHeldUp,
        end: () => {
          state.isDone = true;
          ended.push(name);
        },
      };
      bodyRate.watch(sender);
      return state;
    };
    const pass = (seconds: number, each: () => void = () => {}): void => {
      for (let n = 0; n < seconds; n++) {
        clock.now += 1_000;
        each();
        bodyRate.look();
      }
    };
    return { bodyRate, ended, send, pass };
  }

  it('ends what stalls and what trickles, not a slow link, and not a client that waits for us', () => {
    const { bodyRate, ended, send, pass } = rate();
    send('still', 'a');
    const trickle = send('trickle', 'b');
    const mobile = send('mobile', 'c');
    const heldUp = send('held up', 'd');
    heldUp.isHeldUp = true;
    const each = (): void => {
      trickle.bytes += 200;
      mobile.bytes += 10_000;
    };
    pass(9, each);
    expect(ended).toEqual([]);
    pass(1, each);
    expect(ended).toEqual(['still', 'trickle']);
    pass(600, each);
    expect(ended).toEqual(['still', 'trickle']);
    mobile.isDone = true;
    heldUp.isHeldUp = false;
    pass(10);
    expect(ended).toEqual(['still', 'trickle', 'held up']);
    expect(bodyRate.arriving).toBe(0);
  });

  it('is asked of every stretch: much at first does not last for ever', () => {
    const { ended, send, pass } = rate();
    send('burst', 'a').bytes = 64 * MIB;
    pass(10);
    expect(ended).toEqual([]);
    pass(10);
    expect(ended).toEqual(['burst']);
  });

  it('beyond so many at once ends the slowest of the peer that has the most, never the new one', () => {
    const { bodyRate, ended, send, pass } = rate();
    send('slow, but alone', 'a');
    const fast = send('fast', 'b');
    send('slow', 'b').bytes = 1;
    const done = send('done', 'b');
    done.isDone = true;
    fast.bytes = 1_000;
    pass(2);
    send('in the place of who is done', 'c');
    expect(ended).toEqual([]);
    send('new', 'b');
    expect(ended).toEqual(['slow']);
    expect(bodyRate.arriving).toBe(4);
  });
});

describe('peers', () => {
  it.each([
    ['10.0.0.1', undefined, false, '10.0.0.1'],
    ['::ffff:10.0.0.1', undefined, false, '10.0.0.1'],
    ['::1', undefined, false, '::1'],
    ['10.0.0.1', '203.0.113.9', false, '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1, 203.0.113.9', true, '203.0.113.9'],
    ['10.0.0.1', '', true, '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', undefined, false, '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', undefined, false, '2001:db8:1:2::/64'],
    ['2001:db8::9', undefined, false, '2001:db8:0:0::/64'],
    ['fe80::1%eth0', undefined, false, 'fe80:0:0:0::/64'],
    [undefined, undefined, false, ''],
  ])('%s forwarded for %s (%s): %s', (remoteAddress, forwardedFor, behindProxy, peer) => {
    expect(peerOf({ remoteAddress, forwardedFor }, behindProxy)).toBe(peer);
  });
});

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

describe('bodies of the API', () => {
  it('take the room of who sends them while they arrive, and give it back with the answer', async () => {
    const arrivals = new Arrivals({ bytes: 100, bytesOfOne: 60, waiting: 9, waitingOfOne: 9 });
    const app = new Hono();
    app.use(
      '*',
      bodyBudget((context) => context.req.header('from') ?? '', arrivals),
    );
    const seen: number[] = [];
    app.post('/', async (context) => {
      const { length } = await context.req.text();
      seen.push(arrivals.bytes);
      return context.text(String(length));
    });
    app.onError((error, context) => context.text(error.message, error instanceof SpoorError ? 503 : 500));
    const send = (from: string, length: number) =>
      app.request('/', { method: 'POST', headers: { from }, body: 'x'.repeat(length) });
    const other = arrivals.begin(['other'], () => {});
    other.charge(50);
    expect(await (await send('a', 40)).text()).toBe('40');
    expect((await send('a', 61)).status).toBe(503);
    expect((await send('b', 51)).status).toBe(503);
    expect((await app.request('/', { method: 'POST' })).status).toBe(200);
    expect([seen, arrivals.bytes]).toEqual([[90, 50], 50]);
  });
});
