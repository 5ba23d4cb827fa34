import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { protocolsWithToken, tokenFromProtocols } from '../../core/api/rpc/websocket';
import { decodeMessage, decodeWire, encodeMessage, encodeWire } from '../../core/api/rpc/wire';
import { deep } from '../fixtures/deep-value';

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

/** What JSON and a structured clone keep alike: no undefined, no holes. */
function isPlain(value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return [...value].every(isPlain);
  return Object.values(value).every(isPlain);
}
