/**
 * Unpacks a Zstandard body (RFC 8878) within a limit, by Node's own decoder where it has one (22.15), else by a library. Both trust
 * frame headers, which say how much memory to take, so we look at those first. The library has ended its life, and is pinned: our
 * tests and `npm run fuzz` hold it to what is promised here, and it goes with Node 20.
 */
import * as zlib from 'node:zlib';
import { Decompress, decompress } from 'fzstd';

/** What a decoder has to support at least (RFC 8878, 3.1.1.1.2), and more than exporters use. */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;
const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

export class ZstdTooLarge extends Error {}

/** @throws ZstdTooLarge beyond `limit` bytes, Error when the body is not Zstandard */
export function unzstd(body: Uint8Array, limit: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const collect = (chunk: Uint8Array): void => {
    size += chunk.length;
    if (size > limit) throw new ZstdTooLarge();
    chunks.push(chunk);
  };
  for (let at = 0; at < body.length; ) {
    const frame = frameAt(body, at);
    const bytes = body.subarray(at, frame.end);
    if (frame.kind === 'sized' && size + frame.contentBytes > limit) throw new ZstdTooLarge();
    if (frame.kind !== 'skippable') unpackFrame(bytes, frame, limit - size, collect);
    at = frame.end;
  }
  return chunks;
}

/** Of `node:zlib` from 22.15 on; the types we build with are of the oldest Node that Spoor runs on. */
type UnpackNative = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;
const native: unknown = Reflect.get(zlib, 'zstdDecompressSync');

function unpackFrame(bytes: Uint8Array, frame: Frame, left: number, collect: (chunk: Uint8Array) => void): void {
  if (typeof native === 'function') {
    try {
      collect((native as UnpackNative)(bytes, { maxOutputLength: Math.max(left, 1) }));
    } catch (error) {
      if (error instanceof RangeError) throw new ZstdTooLarge();
      throw error;
    }
  } else if (frame.kind === 'sized') collect(decompress(bytes));
  else new Decompress(collect).push(bytes, true);
}

type Frame =
  | { readonly kind: 'skippable'; readonly end: number }
  /** Says how much it unpacks to: that much memory is taken at once. */
  | { readonly kind: 'sized'; readonly end: number; readonly contentBytes: number }
  | { readonly kind: 'streamed'; readonly end: number };

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
    return { kind: 'skippable', end };
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
  const end = endOfBlocks(body, at + sizeBytes, need) + ((descriptor & 4) !== 0 ? 4 : 0);
  need(end, 0);
  return sizeBytes === 0 ? { kind: 'streamed', end } : { kind: 'sized', end, contentBytes };
}

function contentSize(view: DataView, at: number, sizeBytes: number): number {
  if (sizeBytes === 1) return view.getUint8(at);
  if (sizeBytes === 2) return view.getUint16(at, true) + 256;
  if (sizeBytes === 4) return view.getUint32(at, true);
  return sizeBytes === 8 ? Number(view.getBigUint64(at, true)) : 0;
}

function endOfBlocks(body: Uint8Array, start: number, need: (at: number, count: number) => void): number {
  for (let at = start; ; ) {
    need(at, 3);
    const header = (body[at] as number) | ((body[at + 1] as number) << 8) | ((body[at + 2] as number) << 16);
    const type = (header >> 1) & 3;
    if (type === RESERVED_BLOCK) throw new Error('it has a block of a reserved type');
    at += 3 + (type === RLE_BLOCK ? 1 : header >> 3);
    need(at, 0);
    if (header & 1) return at;
  }
}
