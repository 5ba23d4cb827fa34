/** Structured values as bytes, for the WebSocket: MessagePack with typed arrays and 64-bit integers. */
import { decode, ExtensionCodec, encode } from '@msgpack/msgpack';

const TYPED_ARRAYS = [
  Float64Array,
  Uint32Array,
  Int32Array,
  Uint8Array,
  BigUint64Array,
  BigInt64Array,
  Float32Array,
  Uint16Array,
] as const;
const EXT_TYPED_ARRAY = 1;
const EXT_BIGINT = 2;

const codec = new ExtensionCodec();

codec.register({
  type: EXT_TYPED_ARRAY,
  encode: (value) => {
    const kind = TYPED_ARRAYS.findIndex((type) => value instanceof type);
    if (kind < 0) return null;
    const view = value as Uint8Array;
    const bytes = new Uint8Array(1 + view.byteLength);
    bytes[0] = kind;
    bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), 1);
    return bytes;
  },
  decode: (bytes) => {
    const type = TYPED_ARRAYS[bytes[0] as number];
    if (!type) throw new Error(`unknown typed array ${bytes[0]}`);
    // Copied, because a typed array must begin at a multiple of its element's size; a `slice` of a Buffer of Node's is no copy.
    return new type(Uint8Array.from(bytes.subarray(1)).buffer);
  },
});

codec.register({
  type: EXT_BIGINT,
  encode: (value) => (typeof value === 'bigint' ? new TextEncoder().encode(value.toString()) : null),
  decode: (bytes) => BigInt(new TextDecoder().decode(bytes)),
});

export function encodeWire(value: unknown): Uint8Array<ArrayBuffer> {
  return encode(value, { extensionCodec: codec, ignoreUndefined: true }) as Uint8Array<ArrayBuffer>;
}

/** @throws Error when the bytes are not one encoded value. */
export function decodeWire(bytes: Uint8Array): unknown {
  return decode(bytes, { extensionCodec: codec });
}
