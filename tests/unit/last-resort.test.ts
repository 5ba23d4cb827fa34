/** Nothing that a peer sends, and nothing that breaks off, ends a process; what nobody foresaw ends it in good order. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { protocolsWithToken, RPC_PATH } from '../../core/api/rpc/websocket';
import { httpServer } from '../../services/net/http-server';
import { serveSockets } from '../../services/net/rpc-sockets';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const logged: string[] = [];

async function started(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function sockets(): Promise<number> {
  const server = httpServer(async (_request, response) => response.end('ok'), {
    log: (_level, message) => logged.push(message),
    requestMs: 60_000,
  });
  closing.push(
    serveSockets(server, () => ({ holder: 'ann', api: { ping: async () => 'pong' }, until: Number.POSITIVE_INFINITY })),
  );
  return started(server);
}

async function opened(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${RPC_PATH}`, protocolsWithToken('t'));
  await once(socket, 'open');
  return socket;
}

/** The connection below a WebSocket, to write what no library would. */
const rawOf = (socket: WebSocket): Socket => (socket as unknown as { _socket: Socket })._socket;

const masked = (...head: number[]): Buffer => Buffer.from([...head, 0, 0, 0, 0]);
const HOSTILE: Record<string, (socket: WebSocket) => void> = {
  'a frame of 1,048,577 bytes': (socket) => socket.send(Buffer.alloc(1024 * 1024 + 1)),
  'reserved bits': (socket) => rawOf(socket).write(Buffer.from([0xff, 0xff, 0, 0])),
  'a frame that is not masked': (socket) => rawOf(socket).write(Buffer.from([0x82, 1, 1])),
  'an unknown opcode': (socket) => rawOf(socket).write(masked(0x83, 0x80)),
  'a fragmented ping': (socket) => rawOf(socket).write(masked(0x09, 0x80)),
  'a continuation of nothing': (socket) => rawOf(socket).write(masked(0x80, 0x80)),
  'a length of 2^63': (socket) => rawOf(socket).write(Buffer.from([0x82, 0xff, ...Array(8).fill(0xff), 0, 0, 0, 0])),
  'text that is not UTF-8': (socket) => rawOf(socket).write(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0xff])),
  'a bad close code': (socket) => rawOf(socket).write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0, 1])),
  'half a frame, then nothing': (socket) => rawOf(socket).end(Buffer.from([0x82, 0xfe])),
  'a reset': (socket) => rawOf(socket).resetAndDestroy(),
};

describe('a socket that breaks the protocol', () => {
  for (const [name, send] of Object.entries(HOSTILE)) {
    it(`ends alone: ${name}`, async () => {
      const port = await sockets();
      const other = await opened(port);
      const hostile = await opened(port);
      hostile.on('error', () => {});
      const closed = once(hostile, 'close');
      send(hostile);
      await closed;
      const pong = once(other, 'pong');
      other.ping();
      await pong;
      expect(other.readyState).toBe(WebSocket.OPEN);
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok');
      other.terminate();
    });
  }

  it('may go before it is admitted, and ask for what is no socket', async () => {
    const port = await sockets();
    for (const text of [
      `GET ${RPC_PATH} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
      `GET ${RPC_PATH} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-protocol: spoor.v1, token.t\r\nsec-websocket-version: 99\r\n\r\n`,
      'GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n',
      '\0\0\0\r\n\r\n',
    ]) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(text);
      socket.resetAndDestroy();
      const patient = connect(port, '127.0.0.1');
      patient.resume();
      patient.write(text);
      await once(patient, 'close');
    }
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok');
  });
});

describe('a server of HTTP', () => {
  it('survives what its own emitters say: no handle for a connection, a write after the end, a handler that throws', async () => {
    const server = httpServer(
      (request, response) => {
        request.emit('error', new Error('broken off'));
        if (request.url === '/throws') throw new Error('at once');
        response.end('ok');
        response.write('too late');
        return Promise.resolve();
      },
      { log: (_level, message) => logged.push(message), requestMs: 60_000 },
    );
    const port = await started(server);
    server.emit('error', new Error('accept EMFILE'));
    await expect(fetch(`http://127.0.0.1:${port}/throws`)).rejects.toThrow();
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok');
    expect(logged).toContain('a connection could not be accepted');
    expect(logged).toContain('a request could not be answered');
  });
});

describe('the last resort', () => {
  const run = async (cause: string): Promise<{ code: number | null; out: string }> => {
    const program = join(__dirname, '../fixtures/ending-process.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', program, cause], {
      cwd: join(__dirname, '../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, out };
  };

  for (const cause of ['throw', 'reject', 'told', 'hang', 'twice']) {
    it(`says what happened, answers what is under way, once, and ends with 1: ${cause}`, async () => {
      const { code, out } = await run(cause);
      expect(code).toBe(1);
      expect(out).toContain('error the test stops after an unexpected error');
      expect(out.match(/drained/g)).toHaveLength(1);
    });
  }
});
