/**
 * Payloads packed with raw deflate: in every Node and Electron, and quick enough at its lowest level to stay out of the way.
 * The first byte says how the rest is packed.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { PayloadCodec } from '../../core/store/payloads/payloads';

const PLAIN = 0;
const DEFLATE = 1;

export const deflateCodec: PayloadCodec = {
  pack(bytes) {
    const packed = deflateRawSync(bytes, { level: 1 });
    return packed.length < bytes.length ? marked(DEFLATE, packed) : marked(PLAIN, bytes);
  },
  unpack(bytes) {
    const rest = bytes.subarray(1);
    if (bytes[0] === PLAIN) return rest;
    if (bytes[0] === DEFLATE) return inflateRawSync(rest);
    throw new Error(`a payload is packed in a way this version does not know: ${bytes[0]}`);
  },
};

function marked(mark: number, bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(bytes.length + 1);
  all[0] = mark;
  all.set(bytes, 1);
  return all;
}
