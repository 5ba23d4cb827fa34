/** What a page may do over its WebSocket, and what becomes of its calls. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { protocolsWithToken, RPC_PATH } from '../../core/api/rpc/websocket';
import { decodeMessage, encodeMessage } from '../../core/api/rpc/wire';
import { RPC_METHODS } from '../../core/operations/rpc';
import { connectRpc } from '../../services/net/rpc-client';
import { serveSockets } from '../../services/net/rpc-sockets';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const MIB = 1024 * 1024;

/** Answers what is asked by its first parameter, a number with so many bytes; `nextChange` waits until its signal aborts. */
class Backend {
  asked = 0;
  aborted = 0;

  async listTraces(query: unknown): Promise<unknown> {
    this.asked++;
    if (query === 'slow') await new Promise((resolve) => setTimeout(resolve, 200));
    if (query === 'function') return () => {};
    if (query === 'circle') {
      const circle: unknown[] = [];
      circle.push(circle);
      return circle;
    }
    return typeof query === 'number' ? new Uint8Array(query) : query;
  }

  nextChange(_after: number, signal?: AbortSignal): Promise<number> {
    this.asked++;
    return new Promise((resolve) => {
      signal?.addEventListener('abort', () => {
        this.aborted++;
        resolve(0);
      });
    });
  }

  async wholeTrace(): Promise<string> {
    return 'private';
  }

  async storeReport(): Promise<string> {
    return 'private';
  }
}

async function served(): Promise<{ backend: Backend; url: string; end: () => Promise<void> }> {
  const backend = new Backend();
  const server = createServer();
  const end = serveSockets(server, () => ({ api: backend, holder: 'ann', until: Number.POSITIVE_INFINITY }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    void end();
    server.closeAllConnections();
    server.close();
  });
  return { backend, end, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function opened(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${RPC_PATH}`, protocolsWithToken('t'));
  await once(socket, 'open');
  return socket;
}

async function answers(socket: WebSocket, count: number): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const [data] of on(socket)) {
    all.push(decodeMessage(data as Buffer));
    if (all.length === count) break;
  }
  return all;
}

async function* on(socket: WebSocket): AsyncGenerator<unknown[]> {
  for (;;) yield await once(socket, 'message');
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('a socket', () => {
  it('has the methods of the contract, and no other of what answers', async () => {
    const { url } = await served();
    const { api, close } = await connectRpc(url, 't');
    const any = api as unknown as Record<string, (...parameters: unknown[]) => Promise<unknown>>;
    for (const method of ['wholeTrace', 'storeReport', 'constructor', '__proto__', 'toString', 'asked', 'status']) {
      await expect(any[method]?.()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(Object.keys(RPC_METHODS)).not.toContain('wholeTrace');
    expect(await any.listTraces?.({ ['__proto__']: 1, list: [undefined, 1n] })).toEqual(
      Object.fromEntries([
        ['__proto__', 1],
        ['list', [undefined, 1n]],
      ]),
    );
    close();
  });

  it('is answered though the call cannot be read, or the answer cannot be carried', async () => {
    const { url } = await served();
    const socket = await opened(url);
    const damaged = encodeMessage({ call: 1, method: 'listTraces', parameters: [] });
    damaged[damaged.length - 1] = 0;
    socket.send(damaged);
    expect(await answers(socket, 1)).toMatchObject([{ reply: 1, ok: false, error: { code: 'VALIDATION_ERROR' } }]);
    for (const [i, query] of ['function', 'circle', 'well'].entries()) {
      socket.send(encodeMessage({ call: i, method: 'listTraces', parameters: [query] }));
      expect(await answers(socket, 1)).toMatchObject([
        query === 'well' ? { reply: i, value: 'well' } : { reply: i, ok: false, error: { code: 'INTERNAL_ERROR' } },
      ]);
    }
    socket.close();
  });

  it('cancels what it asked when it says so, and all of it when it leaves', async () => {
    const { backend, url } = await served();
    const { api, close } = await connectRpc(url, 't');
    const one = new AbortController();
    const cancelled = api.nextChange(0, one.signal);
    const left = [api.nextChange(0, new AbortController().signal), api.nextChange(0)];
    await until(() => backend.asked === 3);
    one.abort(new Error('no longer shown'));
    await expect(cancelled).rejects.toThrow('no longer shown');
    await until(() => backend.aborted === 1);
    close();
    for (const call of left) await expect(call).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await until(() => backend.aborted === 3);
  });

  it('answers what is under way when the server ends, and what only waits', async () => {
    const { backend, end, url } = await served();
    const { api, closed } = await connectRpc(url, 't');
    const any = api as unknown as { listTraces(query: unknown): Promise<unknown> };
    const waits = api.nextChange(0);
    const slow = any.listTraces('slow');
    await until(() => backend.asked === 2);
    const ended = end();
    await expect(any.listTraces('later')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await waits).toBe(0);
    expect(await slow).toBe('slow');
    await ended;
    expect(await closed).toBe(1001);
    await expect(opened(url)).rejects.toThrow();
  });

  it('has 256 calls under way, also where it says that it no longer waits for them', async () => {
    const { backend, url } = await served();
    const { api, close } = await connectRpc(url, 't');
    const calls = Array.from({ length: 256 }, () => api.nextChange(0));
    await expect(api.nextChange(0)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(backend.asked).toBe(256);
    close();
    await Promise.allSettled(calls);
  });

  it('is heard no more while it does not read what it is answered, and then again', async () => {
    const { backend, url } = await served();
    const socket = await opened(url);
    socket.pause();
    const ask = (call: number): void => socket.send(encodeMessage({ call, method: 'listTraces', parameters: [MIB] }));
    for (let call = 0; call < 200; call++) {
      ask(call);
      // Each in a packet of its own, or the server has them all before it can stop listening.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    // What the system holds between the two comes on top of the limit.
    expect(backend.asked).toBeLessThan(40);
    const read = answers(socket, 200);
    socket.resume();
    expect(await read).toHaveLength(200);
    expect(backend.asked).toBe(200);
    socket.close();
  });

  it('is cut off when answers that were under way are more than may wait to be read', async () => {
    const { backend, url } = await served();
    const [greedy, other] = [await opened(url), await opened(url)];
    greedy.pause();
    for (let call = 0; call < 256; call++)
      greedy.send(encodeMessage({ call, method: 'listTraces', parameters: [8 * MIB] }));
    await until(() => backend.asked > 0);
    greedy.resume();
    expect(await once(greedy, 'close')).toMatchObject([1006, {}]);
    other.send(encodeMessage({ call: 1, method: 'listTraces', parameters: ['well'] }));
    expect(await answers(other, 1)).toMatchObject([{ value: 'well' }]);
    other.close();
  });

  it('is one of a hundred that an account may have', async () => {
    const { url } = await served();
    const sockets = await Promise.all(Array.from({ length: 100 }, () => opened(url)));
    await expect(opened(url)).rejects.toThrow('429');
    sockets[0]?.close();
    await until(() => sockets[0]?.readyState === WebSocket.CLOSED);
    const next = await opened(url);
    for (const socket of [...sockets, next]) socket.terminate();
  });
});
