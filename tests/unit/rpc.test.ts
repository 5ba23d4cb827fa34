import { isDeepStrictEqual } from 'node:util';
import { MessageChannel } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLink, serve, transferring } from '../../core/api/rpc/service';
import { protocolsWithToken, tokenFromProtocols } from '../../core/api/rpc/websocket';
import { decodeMessage, decodeWire, encodeMessage, encodeWire } from '../../core/api/rpc/wire';
import { SpoorError } from '../../core/model/errors';
import { channelOf, closedOf } from '../../workers/rpc/worker-port';

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

describe('the wire of the WebSocket', () => {
  it('carries structured values with typed arrays and 64-bit integers', () => {
    const value = {
      text: 'é\0"',
      none: null,
      big: -(2n ** 63n),
      far: 2 ** 53,
      part: 0.1,
      list: [
        new Float64Array([1.5, Number.NaN]),
        new BigUint64Array([2n ** 64n - 1n]),
        new Uint32Array(0),
        new Uint8Array([9]),
        new Int32Array([-1]),
      ],
    };
    expect(decodeWire(encodeWire(value))).toEqual(value);
  });

  it('refuses what is not an encoded value', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          decodeWire(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
    expect(() => decodeMessage(Uint8Array.of(9, 9, 9, 9, 9, 9))).toThrow();
  });

  it('carries whatever a sender wrote: every key, every text, every number', () => {
    const hostile = JSON.parse(
      '{"__proto__":{"x":1},"constructor":{"prototype":1},"toJSON":"text","hasOwnProperty":0,"$":["bytes",0],"$$":["int","1"],"":{"$":1},"then":1}',
    );
    for (const value of [
      hostile,
      { nested: [{ list: [hostile, { $bytes: new Uint8Array([1]), n: 1n }] }] },
      'a\ud800b\udfff\0\uffff\u2028',
      { '\ud800': '\udc00'.repeat(100) },
      '$',
      [{ $: '$' }, '$$', { $: null }],
      [undefined, null, [undefined], { list: [undefined, 1n] }],
      [new Date(0), new Date(8.64e15), { at: new Date(1.5e12) }],
      new Map<unknown, unknown>([
        ['__proto__', new Map([[1n, new Set([-0, undefined, { $: 1 }])]])],
        [undefined, new Date(1)],
        [{ $map: 1 }, [new Uint8Array([1])]],
      ]),
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 2n ** 70n, -1n],
    ]) {
      expect(isDeepStrictEqual(decodeWire(encodeWire(value)), value)).toBe(true);
    }
    const given = decodeWire(encodeWire(hostile)) as object;
    expect(Object.keys(given)).toEqual(Object.keys(hostile));
    expect(Object.getPrototypeOf(given)).toBe(Object.prototype);
    expect(({} as { x?: number }).x).toBeUndefined();
    fc.assert(
      fc.property(
        fc
          .anything({
            withBigInt: true,
            withNullPrototype: false,
            maxKeys: 6,
            key: fc.oneof(fc.string(), fc.constantFrom('__proto__', '$', '$$', 'constructor', '$x')),
          })
          .filter(isPlain),
        (value) => isDeepStrictEqual(decodeWire(encodeWire(value)), value),
      ),
    );
    expect(decodeWire(encodeWire({ bytes: Buffer.from('ab') }))).toEqual({ bytes: new Uint8Array([97, 98]) });
    expect(decodeWire(encodeWire(new Date(Number.NaN)))).toEqual(new Date(Number.NaN));
  });

  it('is the same as a structured clone for what is used twice, and refuses what it cannot carry', () => {
    const shared = { n: 1n };
    const diamond = { left: [shared], right: [shared, shared] };
    expect(decodeWire(encodeWire(diamond))).toEqual(structuredClone(diamond));
    class Kept {
      readonly a = 1;
      toJSON = 'text';
    }
    class Odd {
      b = 2n;
      toJSON() {
        return 'not this';
      }
    }
    expect(decodeWire(encodeWire([new Kept(), new Odd()]))).toEqual([{ a: 1, toJSON: 'text' }, { b: 2n }]);
    const circle: unknown[] = [];
    circle.push({ circle });
    for (const value of [
      circle,
      new Error('x'),
      new ArrayBuffer(1),
      Promise.resolve(),
      new WeakMap(),
      /x/,
      () => {},
      Symbol('x'),
      new DataView(new ArrayBuffer(1)),
      [new Map([[1, { f: () => {} }]])],
    ]) {
      expect(() => encodeWire(value)).toThrow();
    }
    for (const json of [
      '{"$":["none",0]}',
      '[{"a":{"$":["none",0]}}]',
      '{"$":["map",[[1]]]}',
      '{"$":["map",{}]}',
      '{"$":["date","x"]}',
      '{"$":["number",1]}',
      '{"$":["int",""x]}',
      `{"$":["int","${'9'.repeat(101)}"]}`,
      '{"$":["bytes",0]}',
      '{"$":["bytes","length"]}',
      '{"$":["constructor",0]}',
      '{"$":1}',
    ]) {
      const said = new TextEncoder().encode(json);
      expect(() => decodeWire(Uint8Array.of(said.length, 0, 0, 0, ...said))).toThrow();
    }
  });

  it('reads nesting as deep as a frame can hold', () => {
    const json = new TextEncoder().encode('['.repeat(500_000) + ']'.repeat(500_000));
    const bytes = new Uint8Array(4 + json.length);
    new DataView(bytes.buffer).setUint32(0, json.length, true);
    bytes.set(json, 4);
    expect(Array.isArray(decodeWire(bytes))).toBe(true);
    const depth = decodeWire(encodeWire(deep(1_000)));
    expect(depth).toStrictEqual(deep(1_000));
    expect(() => encodeWire(deep(1_000_000))).toThrow();
  });

  it('gives a message its call, though what it says cannot be read', () => {
    expect(decodeMessage(encodeMessage({ call: 7, method: 'm', parameters: [1n] }))).toEqual({
      call: 7,
      method: 'm',
      parameters: [1n],
    });
    expect(decodeMessage(encodeMessage({ reply: 8, ok: true, value: undefined }))).toEqual({
      reply: 8,
      ok: true,
      value: undefined,
    });
    expect(decodeMessage(encodeMessage({ cancel: 7 }))).toEqual({ cancel: 7 });
    expect(decodeMessage(encodeMessage({ lost: 'why' }))).toEqual({ lost: 'why' });
    const call = { call: 7, method: 'm', parameters: [null], signal: 0 };
    expect(decodeMessage(encodeMessage(call))).toEqual(call);
    const error = { code: 'CONFLICT', message: 'stale', details: [] } as const;
    expect(decodeMessage(encodeMessage({ reply: 9, ok: false, error }))).toEqual({ reply: 9, ok: false, error });
    fc.assert(
      fc.property(fc.constantFrom(0, 1), fc.uint8Array({ maxLength: 60 }), (kind, rest) => {
        const message = decodeMessage(Uint8Array.from([kind, 5, 0, 0, 0, ...rest]));
        expect(message).toMatchObject(kind === 0 ? { call: 5 } : { reply: 5 });
      }),
    );
  });

  it('signs in by subprotocol', () => {
    expect(tokenFromProtocols(protocolsWithToken('abc').join(', '))).toBe('abc');
    expect(tokenFromProtocols('spoor.v2')).toBeNull();
    expect(tokenFromProtocols(undefined)).toBeNull();
  });
});

function deep(levels: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { value };
  return value;
}

/** What JSON and a structured clone keep alike: no undefined, no holes. */
function isPlain(value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return [...value].every(isPlain);
  return Object.values(value).every(isPlain);
}
