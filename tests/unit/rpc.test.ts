import { isDeepStrictEqual } from 'node:util';
import { MessageChannel } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpoorError } from '../../core/api/errors';
import { createLink, serve, transferring } from '../../core/api/rpc/service';
import { protocolsWithToken, tokenFromProtocols } from '../../core/api/rpc/websocket';
import { decodeMessage, decodeWire, encodeMessage, encodeWire } from '../../core/api/rpc/wire';
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
    serve<Echo>(new EchoService(), channelOf(port2), { methods: ['echo', 'constructor', 'missing'] });
    const link = createLink<Record<string, (...parameters: unknown[]) => Promise<unknown>>>('echo');
    link.attach(channelOf(port1), closedOf(port1));
    expect(await link.api.echo?.(1)).toEqual(['kept', 1]);
    for (const method of ['fail', 'buffer', 'constructor', 'missing', 'x'.repeat(1_000_000)]) {
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
      value: null,
    });
    const error = { code: 'CONFLICT', message: 'stale', details: [] } as const;
    expect(decodeMessage(encodeMessage({ reply: 9, ok: false, error }))).toEqual({ reply: 9, ok: false, error });
    fc.assert(
      fc.property(fc.constantFrom(0, 1), fc.uint8Array({ maxLength: 60 }), (kind, rest) => {
        const message = decodeMessage(Uint8Array.from([kind, 5, 0, 0, 0, ...rest]));
        expect('call' in message ? message.call : message.reply).toBe(5);
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
