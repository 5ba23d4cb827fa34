import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { createLink, serve, transferring } from '../../core/api/rpc/service';
import { SpoorError } from '../../core/model/errors';
import { channelOf, closedOf } from '../../workers/rpc/worker-port';
import { deep } from '../fixtures/deep-value';

interface Echo {
  echo(value: unknown): Promise<unknown>;
  fail(kind: string): Promise<never>;
  never(): Promise<never>;
  buffer(): Promise<{ bytes: Uint8Array }>;
}

class EchoService implements Echo {
  readonly bytes = new Uint8Array([1, 2, 3]);
  private readonly prefix = 'kept';

  async echo(value: unknown) {
    return [this.prefix, value];
  }

  async fail(kind: string): Promise<never> {
    if (kind === 'typed')
      throw new SpoorError('CONFLICT', 'stale', [{ field: 'version', code: 'stale', message: 'is 2' }]);
    throw new Error('a bug');
  }

  never(): Promise<never> {
    return new Promise(() => {});
  }

  async buffer() {
    return { bytes: this.bytes };
  }
}

function joined() {
  const { port1, port2 } = new MessageChannel();
  const service = new EchoService();
  serve<Echo>(service, channelOf(port2), {
    transfer: (value) => {
      const bytes = (value as { bytes?: Uint8Array }).bytes;
      return bytes ? [bytes.buffer as ArrayBuffer] : [];
    },
  });
  return { service, caller: port1, server: port2 };
}

describe('a link', () => {
  it('carries values, typed errors and bugs', async () => {
    const link = createLink<Echo>('echo');
    const { caller, server } = joined();
    link.attach(channelOf(caller), closedOf(caller));
    expect(await link.api.echo({ n: 1n, list: [1] })).toEqual(['kept', { n: 1n, list: [1] }]);
    await expect(link.api.fail('typed')).rejects.toMatchObject({
      name: 'SpoorError',
      code: 'CONFLICT',
      message: 'stale',
      details: [{ field: 'version' }],
    });
    await expect(link.api.fail('bug')).rejects.toMatchObject({ code: 'INTERNAL_ERROR', message: 'a bug' });
    await expect((link.api as unknown as { gone: () => Promise<void> }).gone()).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    server.close();
  });

  it('takes plain calls only: no way to a constructor, which would run code', async () => {
    const { caller, server } = joined();
    const replies: unknown[] = [];
    caller.on('message', (reply) => replies.push(reply));
    const ran = globalThis as unknown as { ran?: boolean };
    for (const message of [
      { call: 101, method: 'constructor', parameters: ['globalThis.ran = true'] },
      { call: 102, method: '__proto__', parameters: [] },
      { call: 103, method: 'toString', parameters: [] },
      { call: 104, method: 'hasOwnProperty', parameters: ['echo'] },
      { call: '5', method: 'echo', parameters: [] },
      { call: 106, method: ['echo'], parameters: [] },
      { call: 107, method: 'echo', parameters: { length: 1e9 } },
      { reply: 8, ok: true, value: 1 },
      { id: '9', type: 'APPLY', path: ['constructor'], argumentList: [] },
      null,
      'text',
    ]) {
      caller.postMessage(message);
    }
    const link = createLink<Echo>('echo');
    link.attach(channelOf(caller), closedOf(caller));
    expect(await link.api.echo('still here')).toEqual(['kept', 'still here']);
    expect(ran.ran).toBeUndefined();
    expect(replies.slice(0, -1)).toMatchObject(
      [101, 102, 103, 104].map((reply) => ({ reply, ok: false, error: { code: 'NOT_FOUND' } })),
    );
    server.close();
  });

  it('moves buffers instead of copying them', async () => {
    const link = createLink<Echo>('echo');
    const { caller, server, service } = joined();
    link.attach(channelOf(caller), closedOf(caller));
    expect((await link.api.buffer()).bytes).toEqual(new Uint8Array([1, 2, 3]));
    expect(service.bytes.length).toBe(0);
    const sent = new Uint8Array([4, 5]);
    expect(await link.api.echo(transferring(sent, [sent.buffer]))).toEqual(['kept', new Uint8Array([4, 5])]);
    expect(sent.length).toBe(0);
    server.close();
  });

  it('has the methods that it is told, and no others', async () => {
    const { port1, port2 } = new MessageChannel();
    const table = Object.fromEntries(
      ['echo', 'constructor', 'missing', '__proto__'].map((name) => [name, true as const]),
    );
    serve<Echo>(new EchoService(), channelOf(port2), { methods: table });
    const link = createLink<Record<string, (...parameters: unknown[]) => Promise<unknown>>>('echo');
    link.attach(channelOf(port1), closedOf(port1));
    expect(await link.api.echo?.(1)).toEqual(['kept', 1]);
    for (const method of ['fail', 'buffer', 'constructor', 'missing', '__proto__', 'toString', 'x'.repeat(1_000_000)]) {
      await expect(link.api[method]?.()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    port2.close();
  });

  it('settles a call that cannot be carried, and one whose answer cannot', async () => {
    const link = createLink<Echo & { odd(kind: string): Promise<unknown> }>('echo');
    const { port1, port2 } = new MessageChannel();
    const odd = async (kind: string): Promise<unknown> => (kind === 'function' ? () => {} : deep(1_000_000));
    serve({ odd, echo: async (value: unknown) => value }, channelOf(port2));
    link.attach(channelOf(port1), closedOf(port1));
    await expect(link.api.echo(() => {})).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    await expect(link.api.echo(deep(1_000_000))).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    await expect(link.api.odd('function')).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
    await expect(link.api.odd('deep')).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
    expect(await link.api.echo('still here')).toBe('still here');
    port2.close();
  });

  it('takes so many calls at once', async () => {
    const { port1, port2 } = new MessageChannel();
    const going: (() => void)[] = [];
    serve({ wait: () => new Promise<void>((resolve) => going.push(resolve)) }, channelOf(port2), { maxCalls: 3 });
    const link = createLink<{ wait(): Promise<void> }>('echo');
    link.attach(channelOf(port1), closedOf(port1));
    const calls = [1, 2, 3].map(() => link.api.wait());
    await expect(link.api.wait()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    for (const go of going.splice(0)) go();
    await Promise.all(calls);
    const more = link.api.wait();
    while (going.length === 0) await new Promise((resolve) => setImmediate(resolve));
    going[0]?.();
    await more;
    port2.close();
  });

  it('gives up all that waits when something came that cannot be told apart, here or there', async () => {
    for (const side of ['caller', 'server'] as const) {
      const link = createLink<Echo>('echo');
      const { caller, server } = joined();
      link.attach(channelOf(caller), closedOf(caller));
      const lost = link.api.never();
      await link.api.echo(1);
      (side === 'caller' ? caller : server).emit('messageerror', new Error('damaged'));
      await expect(lost).rejects.toMatchObject({ code: 'INTERNAL_ERROR', message: expect.stringContaining('damaged') });
      expect(await link.api.echo('still here')).toEqual(['kept', 'still here']);
      server.close();
    }
  });

  it('rejects what is asked of a side that is gone already', async () => {
    // Nothing is answered, and no successor comes before the call is made.
    const link = createLink<Echo>('echo');
    let end = (): void => {};
    const closed = new Promise<void>((resolve) => {
      end = resolve;
    });
    link.attach({ send: () => {}, listen: () => {} }, closed);
    const [early, late] = [link.api.never(), link.api.never()];
    end();
    const atTheEnd = link.api.never();
    for (const call of [early, late, atTheEnd]) {
      await expect(call).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    }
  });

  it('gives up what was under way when the other side dies, and goes on with its successor', async () => {
    const link = createLink<Echo>('echo');
    const first = joined();
    link.attach(channelOf(first.caller), closedOf(first.caller));
    const lost = link.api.never();
    setTimeout(() => first.server.close(), 10);
    await expect(lost).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    // Asked before the successor is there: it waits.
    const early = link.api.echo('again');
    const second = joined();
    link.attach(channelOf(second.caller), closedOf(second.caller));
    expect(await early).toEqual(['kept', 'again']);
    second.server.close();
  });
});

describe('a signal', () => {
  interface Waits {
    wait(name: string, signal?: AbortSignal): Promise<string>;
    sees(name: string, signal: unknown): Promise<string>;
  }

  function waiting(signals: Record<string, true | number> | undefined) {
    const { port1, port2 } = new MessageChannel();
    const aborted: string[] = [];
    const service: Waits = {
      wait: (name, signal) =>
        new Promise((_, reject) => {
          if (!signal) return reject(new Error('no signal'));
          signal.addEventListener('abort', () => {
            aborted.push(name);
            reject(signal.reason);
          });
        }),
      sees: async (_name, signal) => (signal instanceof AbortSignal ? 'signal' : typeof signal),
    };
    serve<Waits>(service, channelOf(port2), { methods: signals, closed: closedOf(port2) });
    const link = createLink<Waits>('waiter');
    link.attach(channelOf(port1), closedOf(port1));
    return { link, aborted, caller: port1, server: port2 };
  }

  it('of a caller cancels its own call alone, here at once and there', async () => {
    const { link, aborted, server } = waiting(undefined);
    const [one, other] = [new AbortController(), new AbortController()];
    const calls = [link.api.wait('one', one.signal), link.api.wait('other', other.signal)];
    expect(await link.api.sees('x', new AbortController().signal)).toBe('signal');
    one.abort(new Error('left'));
    await expect(calls[0]).rejects.toThrow('left');
    expect(await link.api.sees('x', undefined)).toBe('undefined');
    expect(aborted).toEqual(['one']);
    await expect(link.api.wait('never sent', AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
    other.abort();
    await expect(calls[1]).rejects.toMatchObject({ name: 'AbortError' });
    await link.api.sees('x', undefined);
    expect(aborted).toEqual(['one', 'other']);
    server.close();
  });

  it('aborts when the caller is gone, also of those who sent none', async () => {
    const { link, aborted, caller, server } = waiting({ wait: 1, sees: true });
    const calls = [link.api.wait('with', new AbortController().signal), link.api.wait('without')];
    await link.api.sees('x', 1);
    caller.close();
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await closedOf(server);
    await new Promise((resolve) => setImmediate(resolve));
    expect(aborted).toEqual(['with', 'without']);
  });

  it('has a place among a few parameters', async () => {
    const { caller, server } = waiting(undefined);
    const replies: unknown[] = [];
    caller.on('message', (reply) => replies.push(reply));
    for (const [call, signal] of [1e9, 2 ** 53, -1, 1.5, '0', null].entries()) {
      caller.postMessage({ call, method: 'sees', parameters: ['x'], signal });
    }
    caller.postMessage({ call: 99, method: 'sees', parameters: ['x'], signal: 1 });
    caller.postMessage({ cancel: 99 });
    caller.postMessage({ cancel: '__proto__' });
    while (!replies.some((one) => (one as { reply: number }).reply === 99)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(replies).toMatchObject([
      { reply: 0, ok: false, error: { code: 'VALIDATION_ERROR' } },
      { reply: 99, ok: true, value: 'signal' },
    ]);
    server.close();
  });
});
