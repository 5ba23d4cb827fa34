import { MessageChannel } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpoorError } from '../../core/api/errors';
import { createLink, serve, transferring } from '../../core/api/rpc/service';
import { protocolsWithToken, tokenFromProtocols } from '../../core/api/rpc/websocket';
import { decodeWire, encodeWire } from '../../core/api/rpc/wire';
import { closedOf, endpointOf } from '../../workers/rpc/worker-port';

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
  serve<Echo>(service, endpointOf(port2), (value) => {
    const bytes = (value as { bytes?: Uint8Array }).bytes;
    return bytes ? [bytes.buffer as ArrayBuffer] : [];
  });
  return { service, caller: port1, server: port2 };
}

describe('a link', () => {
  it('carries values, typed errors and bugs', async () => {
    const link = createLink<Echo>('echo');
    const { caller, server } = joined();
    link.attach(endpointOf(caller), closedOf(caller));
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
    const raw = (value: unknown) => ({ type: 'RAW', value });
    const ran = globalThis as unknown as { ran?: boolean };
    for (const message of [
      { id: '1', type: 'APPLY', path: ['constructor'], argumentList: [raw('globalThis.ran = true')] },
      { id: '2', type: 'APPLY', path: ['constructor'], argumentList: [raw('globalThis.ran = true'), raw([])] },
      { id: '3', type: 'APPLY', path: ['bind', 'constructor'], argumentList: [raw('x'), raw([])] },
      { id: '4', type: 'GET', path: ['constructor'] },
      { id: '5', type: 'CONSTRUCT', path: ['constructor'], argumentList: [raw('globalThis.ran = true')] },
      { id: '6', type: 'SET', path: ['call'], value: raw(1) },
      { id: '7', type: 'RELEASE', path: [] },
      { id: '8', type: 'APPLY', path: [], argumentList: [raw('constructor'), raw(['globalThis.ran = true'])] },
      null,
      'text',
    ]) {
      caller.postMessage(message);
    }
    const link = createLink<Echo>('echo');
    link.attach(endpointOf(caller), closedOf(caller));
    expect(await link.api.echo('still here')).toEqual(['kept', 'still here']);
    expect(ran.ran).toBeUndefined();
    expect(replies.map((reply) => (reply as { id: string }).id).filter((id) => id.length === 1)).toEqual(['8']);
    server.close();
  });

  it('moves buffers instead of copying them', async () => {
    const link = createLink<Echo>('echo');
    const { caller, server, service } = joined();
    link.attach(endpointOf(caller), closedOf(caller));
    expect((await link.api.buffer()).bytes).toEqual(new Uint8Array([1, 2, 3]));
    expect(service.bytes.length).toBe(0);
    const sent = new Uint8Array([4, 5]);
    expect(await link.api.echo(transferring(sent, [sent.buffer]))).toEqual(['kept', new Uint8Array([4, 5])]);
    expect(sent.length).toBe(0);
    server.close();
  });

  it('gives up what was under way when the other side dies, and goes on with its successor', async () => {
    const link = createLink<Echo>('echo');
    const first = joined();
    link.attach(endpointOf(first.caller), closedOf(first.caller));
    const lost = link.api.never();
    setTimeout(() => first.server.close(), 10);
    await expect(lost).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    // Asked before the successor is there: it waits.
    const early = link.api.echo('again');
    const second = joined();
    link.attach(endpointOf(second.caller), closedOf(second.caller));
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
    expect(() => decodeWire(new Uint8Array([0xc1]))).toThrow();
  });

  it('signs in by subprotocol', () => {
    expect(tokenFromProtocols(protocolsWithToken('abc').join(', '))).toBe('abc');
    expect(tokenFromProtocols('spoor.v1')).toBeNull();
    expect(tokenFromProtocols(undefined)).toBeNull();
  });
});
