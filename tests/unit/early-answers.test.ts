/** Answers that come before the whole request has: whoever sends can read them, and nobody sends for ever. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { ERROR_STATUS, errorValueOf } from '../../core/model/errors';
import { BodyError, readBody } from '../../services/ingest/read-body';
import { closeServer } from '../../services/net/closing';
import { httpServer } from '../../services/net/http-server';
import { limitBody } from '../../services/net/limit-body';

const MIB = 1024 * 1024;
const LIMIT = MIB;
/** More than a receiver takes, and than a kernel keeps of what nobody reads. */
const LARGE = 80 * MIB;
const LINGER = { bytes: 96 * MIB, ms: 20_000, idleMs: 1_000 };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function started(handle: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>) {
  const server = httpServer(handle, { log: () => {}, requestMs: 60_000, linger: LINGER });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** As the receivers of OTLP do. */
const reading = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  try {
    const bytes = await readBody(request);
    response.end(`${bytes.length} bytes`);
  } catch (error) {
    response.writeHead(error instanceof BodyError ? error.status : 500).end('no');
  }
};
/** As the API does. */
const ofHono = (() => {
  const app = new Hono();
  app.use(limitBody(LIMIT));
  app.onError((error, context) => context.text('no', ERROR_STATUS[errorValueOf(error).code]));
  app.post('*', async (context) => context.text(`${(await context.req.arrayBuffer()).byteLength} bytes`));
  return getRequestListener(app.fetch, { autoCleanupIncoming: false });
})();
/** Whoever may not is told so before anything is read. */
const refusing = async (_request: IncomingMessage, response: ServerResponse): Promise<void> => {
  response.writeHead(401).end('who?');
};

/** Sends all of it before it reads. @returns what came, how much went, and what the connection ended with */
async function sent(port: number, head: readonly string[], body: AsyncIterable<Buffer> | Iterable<Buffer>) {
  const socket = connect(port, '127.0.0.1');
  let failure: string | null = null;
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failure = error.code ?? error.message;
  });
  socket.pause();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.cork();
  socket.write(`${['POST / HTTP/1.1', 'host: x', ...head].join('\r\n')}\r\n\r\n`);
  let bytes = 0;
  for await (const chunk of body) {
    if (socket.destroyed) break;
    bytes += chunk.length;
    const isTaken = socket.write(chunk);
    if (socket.writableCorked > 0) socket.uncork();
    if (!isTaken) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
    socket.removeAllListeners('drain');
  }
  const answer = await all(socket, closed);
  return { answer, bytes, failure };
}

async function all(socket: Socket, closed: Promise<unknown>): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.resume();
  await closed;
  return text;
}

function* zeros(bytes: number, chunk = 256 * 1024): Generator<Buffer> {
  const one = Buffer.alloc(chunk);
  for (let left = bytes; left > 0; left -= chunk) yield left < chunk ? one.subarray(0, left) : one;
}

function* chunked(parts: Iterable<Buffer>): Generator<Buffer> {
  for (const part of parts)
    yield Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);
  yield Buffer.from('0\r\n\r\n');
}

describe('an answer before the end of the request', () => {
  const handlers = { 'of a receiver': reading, 'of the API': ofHono };
  for (const [name, handle] of Object.entries(handlers)) {
    it(`${name} reaches who sends a body that is too large, announced or not`, async () => {
      const { port } = await started(handle as typeof reading);
      for (const encoding of [[`content-length: ${LARGE}`], ['transfer-encoding: chunked']]) {
        const body = encoding[0]?.startsWith('content') ? zeros(LARGE) : chunked(zeros(LARGE));
        const { answer, bytes, failure } = await sent(port, encoding, body);
        expect(answer).toMatch(/^HTTP\/1.1 413 /);
        expect(answer.toLowerCase()).toContain('connection: close');
        expect(failure).toBeNull();
        expect(bytes).toBeGreaterThanOrEqual(LARGE);
      }
    });
  }

  it('reaches who sends one that is too large unpacked, or damaged', async () => {
    const { port } = await started(reading);
    const bomb = gzipSync(Buffer.alloc(70 * MIB));
    const packed = [bomb, ...zeros(LARGE)];
    const head = ['content-encoding: gzip', 'transfer-encoding: chunked'];
    expect((await sent(port, head, chunked(packed))).answer).toMatch(/^HTTP\/1.1 4(13|00) /);
    const { answer, failure } = await sent(port, head, chunked(zeros(LARGE)));
    expect([answer.slice(0, 13), failure]).toEqual(['HTTP/1.1 400 ', null]);
  });

  it('reaches who is refused without a look at the body', async () => {
    const { port } = await started(refusing);
    const { answer, failure } = await sent(port, [`content-length: ${LARGE}`], zeros(LARGE));
    expect([answer.slice(0, 13), failure]).toEqual(['HTTP/1.1 401 ', null]);
  });

  it('is the last of its connection; one to a whole request is not', async () => {
    const { port } = await started(refusing);
    const headers = async (body: string, announced: number): Promise<string> => {
      const { answer } = await sent(
        port,
        [`content-length: ${announced}`, 'connection: keep-alive'],
        [
          Buffer.from(body),
          ...(announced === body.length ? [Buffer.from('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')] : []),
        ],
      );
      return answer;
    };
    expect((await headers('whole', 5)).match(/HTTP\/1.1 401/g)).toHaveLength(2);
    expect((await headers('half', 1_000_000)).match(/HTTP\/1.1 401/g)).toHaveLength(1);
  });

  it('is followed by so many bytes at most', async () => {
    const { server, port } = await started(refusing);
    let read = 0;
    server.on('connection', (socket: Socket) => socket.once('close', () => (read = socket.bytesRead)));
    const { bytes } = await sent(port, [`content-length: ${400 * MIB}`], zeros(400 * MIB));
    expect(bytes).toBeLessThan(400 * MIB);
    await expect.poll(() => read).toBeGreaterThanOrEqual(LINGER.bytes);
    expect(read).toBeLessThan(LINGER.bytes + 8 * MIB);
  });

  it('comes instead of a word to go on', async () => {
    for (const handle of [reading, ofHono as typeof reading]) {
      const { port } = await started(handle);
      const asks = (bytes: number): Promise<[number | undefined, boolean]> =>
        new Promise((resolve, reject) => {
          const headers = { expect: '100-continue', 'content-length': bytes };
          const asked = httpRequest({ port, method: 'POST', path: '/', headers, agent: false });
          let goesOn = false;
          asked.on('continue', () => {
            goesOn = true;
            asked.end(Buffer.alloc(bytes));
          });
          asked.on('response', (response) => {
            response.resume();
            resolve([response.statusCode, goesOn]);
          });
          asked.on('error', reject);
          asked.flushHeaders();
        });
      expect(await asks(1_000)).toEqual([200, true]);
      expect(await asks(100 * MIB)).toEqual([413, false]);
    }
  });
});

describe('a server that ends', () => {
  const half = (port: number): Socket => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n${'x'.repeat(500)}`);
    socket.on('error', () => {});
    return socket;
  };
  const hearing = async () => {
    let heard = 0;
    const { server, port } = await started((request, response) => {
      heard++;
      return reading(request, response);
    });
    return { server, port, hears: (count: number) => expect.poll(() => heard).toBe(count) };
  };

  it('answers what has come in part', async () => {
    const { server, port, hears } = await hearing();
    const sockets = Array.from({ length: 50 }, () => half(port));
    const answers = sockets.map((socket) => all(socket, once(socket, 'close')));
    await hears(50);
    const closed = closeServer(server, 60_000);
    await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
    for (const socket of sockets) socket.write('x'.repeat(500));
    const said = await Promise.all(answers);
    for (const answer of said) expect(answer).toMatch(/^HTTP\/1\.1 200 .*connection: close.*1000 bytes/is);
    await closed;
  });

  it('cuts off what does not come', async () => {
    const { server, port, hears } = await hearing();
    const sockets = [half(port), connect(port, '127.0.0.1')];
    const answers = sockets.map((socket) => all(socket, once(socket, 'close')));
    await expect.poll(() => new Promise((resolve) => server.getConnections((_, n) => resolve(n)))).toBe(2);
    await hears(1);
    await closeServer(server, 200);
    expect(await Promise.all(answers)).toEqual(['', '']);
  });
});
