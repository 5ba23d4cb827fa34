/**
 * Unpacks a Zstandard body (RFC 8878) within a limit, by Node's own decoder where it has one (22.15), else by the reference decoder
 * as WebAssembly. Frame headers say how much memory to take, so we look at those first.
 */
import * as zlib from 'node:zlib';
import { ZSTDDecoder } from 'zstddec';

/** What a decoder has to support at least (RFC 8878, 3.1.1.1.2), and more than exporters use. */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;
/** Each costs a decoder, also where nothing is in it; exporters send one. */
const MAX_FRAMES = 10_000;
const MAX_BLOCK_BYTES = 128 * 1024;
const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const RLE_BLOCK = 1;
const COMPRESSED_BLOCK = 2;
const RESERVED_BLOCK = 3;

export class ZstdTooLarge extends Error {}

/** @throws ZstdTooLarge beyond `limit` bytes, Error when the body is not Zstandard */
export async function unzstd(body: Uint8Array, limit: number): Promise<Uint8Array[]> {
  const frames = framesOf(body, limit);
  if (typeof native !== 'function') return unpackedByLibrary(body, frames, limit);
  const chunks: Uint8Array[] = [];
  let left = limit;
  for (const { start, end } of frames) {
    const chunk = unpackedByNode(native as UnpackNative, body.subarray(start, end), left);
    left -= chunk.length;
    chunks.push(chunk);
  }
  return chunks;
}

/** Of `node:zlib` from 22.15 on; the types we build with are of the oldest Node that Spoor runs on. */
type UnpackNative = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;
const native: unknown = Reflect.get(zlib, 'zstdDecompressSync');

function unpackedByNode(unpack: UnpackNative, frame: Uint8Array, left: number): Uint8Array {
  if (left === 0) throw new ZstdTooLarge();
  try {
    return unpack(frame, { maxOutputLength: left });
  } catch (error) {
    if (error instanceof RangeError) throw new ZstdTooLarge();
    throw error;
  }
}

const decoder = new ZSTDDecoder();

async function unpackedByLibrary(body: Uint8Array, frames: readonly Frame[], limit: number): Promise<Uint8Array[]> {
  await decoder.init();
  const mostBytes = frames.reduce((sum, { mostBytes }) => sum + mostBytes, 0);
  if (mostBytes === 0) return [];
  const unpacked = decoder.decode(body, Math.min(mostBytes, limit));
  if (unpacked.length > 0) return [unpacked];
  // The library says of no error which it was. Frames of an announced size have been held against the limit before.
  if (mostBytes > limit) throw new ZstdTooLarge();
  throw new Error('its blocks are damaged');
}

interface Frame {
  readonly start: number;
  readonly end: number;
  /** What it can unpack to. */
  readonly mostBytes: number;
  /** Whether it says how much it unpacks to. */
  readonly isSized: boolean;
}

/** All that may hold something. */
function framesOf(body: Uint8Array, limit: number): Frame[] {
  const frames: Frame[] = [];
  let announced = 0;
  for (let at = 0, count = 1; at < body.length; count++) {
    if (count > MAX_FRAMES) throw new Error(`it has more than ${MAX_FRAMES} frames`);
    const frame = frameAt(body, at);
    if (frame.isSized) announced += frame.mostBytes;
    if (announced > limit) throw new ZstdTooLarge();
    if (frame.mostBytes > 0) frames.push(frame);
    at = frame.end;
  }
  return frames;
}

function frameAt(body: Uint8Array, start: number): Frame {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const need = (at: number, count: number): void => {
    if (at + count > body.length) throw new Error('it ends in the middle of a frame');
  };
  need(start, 5);
  const magic = view.getUint32(start, true);
  if ((magic & 0xffff_fff0) >>> 0 === SKIPPABLE_MAGIC) {
    need(start, 8);
    const end = start + 8 + view.getUint32(start + 4, true);
    need(start, end - start);
    return { start, end, mostBytes: 0, isSized: true };
  }
  if (magic !== MAGIC) throw new Error('it is not a Zstandard frame');
  const descriptor = body[start + 4] as number;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 3) !== 0) throw new Error('it needs a dictionary');
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  let at = start + 5;
  need(at, 1 + sizeBytes);
  if (!isSingleSegment) {
    const exponent = 10 + ((body[at] as number) >> 3);
    const window = 2 ** exponent * (1 + ((body[at] as number) & 7) / 8);
    if (sizeBytes === 0 && window > MAX_WINDOW_BYTES) throw new Error('its window is larger than 8 MiB');
    at++;
  }
  const contentBytes = contentSize(view, at, sizeBytes);
  const blocks = blocksAt(body, at + sizeBytes, need);
  const end = blocks.end + ((descriptor & 4) !== 0 ? 4 : 0);
  need(end, 0);
  const isSized = sizeBytes > 0;
  if (isSized && (contentBytes === 0) !== (blocks.mostBytes === 0)) throw new Error('its size is not what it says');
  return { start, end, isSized, mostBytes: isSized ? contentBytes : blocks.mostBytes };
}

function contentSize(view: DataView, at: number, sizeBytes: number): number {
  if (sizeBytes === 1) return view.getUint8(at);
  if (sizeBytes === 2) return view.getUint16(at, true) + 256;
  if (sizeBytes === 4) return view.getUint32(at, true);
  return sizeBytes === 8 ? Number(view.getBigUint64(at, true)) : 0;
}

function blocksAt(
  body: Uint8Array,
  start: number,
  need: (at: number, count: number) => void,
): { readonly end: number; readonly mostBytes: number } {
  let mostBytes = 0;
  for (let at = start; ; ) {
    need(at, 3);
    const header = (body[at] as number) | ((body[at + 1] as number) << 8) | ((body[at + 2] as number) << 16);
    const [type, size] = [(header >> 1) & 3, header >> 3];
    if (type === RESERVED_BLOCK) throw new Error('it has a block of a reserved type');
    mostBytes += type === COMPRESSED_BLOCK ? MAX_BLOCK_BYTES : size;
    at += 3 + (type === RLE_BLOCK ? 1 : size);
    need(at, 0);
    if (header & 1) return { end: at, mostBytes };
  }
}
