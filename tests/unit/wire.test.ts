import { expect, it } from 'vitest';
import { decodeWire, encodeWire } from '../../core/api/rpc/wire';

it('typed arrays cross a socket, as browsers and as Node give its bytes', () => {
  const value = { bytes: Uint8Array.of(1, 2, 3), times: Float64Array.of(0.5, -1), ids: BigUint64Array.of(7n), n: 5n };
  const encoded = encodeWire(value);
  expect(decodeWire(encoded)).toEqual(value);
  // In a larger buffer, as sockets of Node do.
  const within = Buffer.concat([Buffer.from('before'), encoded]).subarray(6);
  expect(decodeWire(within)).toEqual(value);
});
