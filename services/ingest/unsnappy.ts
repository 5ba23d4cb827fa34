/**
 * Unpacks a Snappy body within a limit (github.com/google/snappy: format_description.txt, framing_format.txt). The OpenTelemetry Collector
 * sends `snappy` in the block format, older ones framed, and `x-snappy-framed` framed: which it is, the first bytes say. Both say in advance
 * how much they unpack to, so that memory is taken once, and only for what the packed bytes can become.
 */

/** Of a stream: a chunk of type 0xff with "sNaPpY". A block of this beginning would unpack to 895 bytes, and begin with a literal of one. */
const STREAM_START = Buffer.from([0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59]);
/** A copy of three bytes makes 64. */
const MOST_PER_BYTE = 22;
const MAX_CHUNK_BYTES = 65_536;
const CHECKSUM_BYTES = 4;
const COMPRESSED_CHUNK = 0x00;
const UNCOMPRESSED_CHUNK = 0x01;
/** Chunks of these types and above may be skipped. */
const FIRST_SKIPPABLE = 0x80;

export class SnappyTooLarge extends Error {}

/** Whether bytes begin as a framed stream. */
export function isFramedSnappy(bytes: Uint8Array): boolean {
  return STREAM_START.every((byte, i) => bytes[i] === byte);
}

/** @throws SnappyTooLarge beyond `limit` bytes, Error when the body is not Snappy */
export function unsnappy(body: Uint8Array, limit: number): Uint8Array {
  if (!isFramedSnappy(body)) {
    const { size, start } = sizeOf(body, 0, body.length, limit);
    const out = new Uint8Array(size);
    unpackBlock(body, start, body.length, out, 0, size);
    return out;
  }
  const out = new Uint8Array(framedSize(body, limit));
  let at = 0;
  for (const { type, start, end } of chunksOf(body)) {
    const from = at;
    if (type === UNCOMPRESSED_CHUNK) {
      out.set(body.subarray(start + CHECKSUM_BYTES, end), at);
      at += end - start - CHECKSUM_BYTES;
    } else {
      const block = sizeOf(body, start + CHECKSUM_BYTES, end, MAX_CHUNK_BYTES);
      unpackBlock(body, block.start, end, out, at, at + block.size);
      at += block.size;
    }
    if (checksum(out, from, at) !== readUint32(body, start))
      throw new Error('a chunk of it does not have its checksum');
  }
  return out;
}

interface Chunk {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

/** Those that hold something. */
function* chunksOf(body: Uint8Array): Generator<Chunk> {
  for (let at = 0; at < body.length; ) {
    if (at + 4 > body.length) throw new Error('it ends in the middle of a chunk');
    const type = body[at] as number;
    const start = at + 4;
    const end = start + ((body[at + 1] as number) | ((body[at + 2] as number) << 8) | ((body[at + 3] as number) << 16));
    if (end > body.length) throw new Error('it ends in the middle of a chunk');
    at = end;
    if (type >= FIRST_SKIPPABLE) continue;
    if (type > UNCOMPRESSED_CHUNK) throw new Error(`it has a chunk of the reserved type ${type}`);
    if (end - start < CHECKSUM_BYTES) throw new Error('a chunk of it has no checksum');
    yield { type, start, end };
  }
}

function framedSize(body: Uint8Array, limit: number): number {
  let total = 0;
  for (const { type, start, end } of chunksOf(body)) {
    const size =
      type === COMPRESSED_CHUNK
        ? sizeOf(body, start + CHECKSUM_BYTES, end, MAX_CHUNK_BYTES).size
        : end - start - CHECKSUM_BYTES;
    if (size > MAX_CHUNK_BYTES) throw new Error('a chunk of it is larger than 64 KiB');
    total += size;
    if (total > limit) throw new SnappyTooLarge();
  }
  return total;
}

/** What a block says that it unpacks to, and where its elements begin. */
function sizeOf(
  body: Uint8Array,
  from: number,
  end: number,
  limit: number,
): { readonly size: number; readonly start: number } {
  let size = 0;
  let start = from;
  for (let scale = 1; ; scale *= 128) {
    if (start >= end || start - from > 4) throw new Error('it does not begin with its size');
    const byte = body[start++] as number;
    size += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  if (size > (end - start) * MOST_PER_BYTE) throw new Error('it says that it is larger than it can be');
  if (size > limit) throw new SnappyTooLarge();
  return { size, start };
}

/** @param outStart where the block begins in `out`: copies reach no further back */
function unpackBlock(
  body: Uint8Array,
  from: number,
  end: number,
  out: Uint8Array,
  outStart: number,
  outEnd: number,
): void {
  let at = from;
  let to = outStart;
  while (at < end) {
    const tag = body[at++] as number;
    const kind = tag & 3;
    if (kind === 0) {
      let length = (tag >> 2) + 1;
      if (length > 60) {
        const bytes = length - 60;
        length = littleEndian(body, at, bytes, end) + 1;
        at += bytes;
      }
      if (at + length > end || to + length > outEnd) throw new Error('a literal of it is too long');
      out.set(body.subarray(at, at + length), to);
      at += length;
      to += length;
      continue;
    }
    const offsetBytes = kind === 3 ? 4 : kind;
    const low = littleEndian(body, at, offsetBytes, end);
    at += offsetBytes;
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = kind === 1 ? ((tag >> 5) << 8) | low : low;
    if (offset === 0 || offset > to - outStart || to + length > outEnd) throw new Error('a copy of it reaches too far');
    // Byte by byte: a copy may read what it has just written.
    for (let i = 0; i < length; i++) out[to + i] = out[to + i - offset] as number;
    to += length;
  }
  if (to !== outEnd) throw new Error('its size is not what it says');
}

function littleEndian(body: Uint8Array, at: number, bytes: number, end: number): number {
  if (at + bytes > end) throw new Error('it ends in the middle of an element');
  let value = 0;
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + (body[at + i] as number);
  return value;
}

function readUint32(body: Uint8Array, at: number): number {
  return littleEndian(body, at, 4, body.length);
}

/** CRC-32C, masked as the framing format wants it. */
function checksum(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0xffff_ffff;
  for (let i = from; i < to; i++) crc = (CRC_TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  return crc >>> 0;
});
