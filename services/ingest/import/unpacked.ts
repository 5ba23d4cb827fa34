/** The bytes of a file as they are read, unpacked where its first bytes say that it is packed: names and headers say nothing. */
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SpoorError } from '../../../core/model/errors';
import { unzstd } from '../unzstd';

const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
const MAGIC_BYTES = 4;
const MIB = 1024 * 1024;
/** Of a packed Zstandard file, and what it may become: it is unpacked in one go. */
const MAX_ZSTD_BYTES = 128 * MIB;
const MAX_UNPACKED_ZSTD_BYTES = 512 * MIB;

/** @throws SpoorError VALIDATION_ERROR for a damaged file, PAYLOAD_TOO_LARGE */
export async function* unpacked(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { head, rest } = await peeked(file, MAGIC_BYTES);
  if (beginsWith(head, GZIP)) yield* gunzipped(rest);
  else if (beginsWith(head, ZSTD)) yield* unpackedZstd(rest);
  else yield* rest;
}

function beginsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte);
}

/** The first bytes, as many as there are up to `count`, and all bytes with them. */
export async function peeked(
  file: AsyncIterable<Uint8Array>,
  count: number,
): Promise<{ readonly head: Uint8Array; readonly rest: AsyncIterable<Uint8Array> }> {
  const chunks = file[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  let isDone = false;
  while (head.length < count && !isDone) {
    const next = await chunks.next();
    if (next.done) isDone = true;
    else head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head;
    if (isDone) return;
    try {
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
    } finally {
      await chunks.return?.();
    }
  }
  return { head, rest: rest() };
}

async function* gunzipped(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(packed);
  const unzip = createGunzip();
  source.on('error', (error) => unzip.destroy(error));
  try {
    for await (const chunk of source.pipe(unzip)) yield chunk;
  } catch (error) {
    if (error instanceof SpoorError) throw error;
    throw damaged('gzip', error);
  } finally {
    source.destroy();
    // It reads ahead: what it has asked for is not for whoever reads on behind a damaged file.
    if (!source.closed) await new Promise((resolve) => source.once('close', resolve));
  }
}

async function* unpackedZstd(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const tooLarge = `The Zstandard file is larger than ${MAX_ZSTD_BYTES / MIB} MiB: unpack it first.`;
  const whole = await collected(packed, MAX_ZSTD_BYTES, tooLarge);
  try {
    yield* await unzstd(whole, MAX_UNPACKED_ZSTD_BYTES);
  } catch (error) {
    throw damaged('Zstandard', error);
  }
}

/** @param tooLarge what is said then @throws SpoorError PAYLOAD_TOO_LARGE */
export async function collected(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
  tooLarge: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw new SpoorError('PAYLOAD_TOO_LARGE', tooLarge);
    parts.push(chunk);
  }
  return Buffer.concat(parts, size);
}

function damaged(packing: string, error: unknown): SpoorError {
  const reason = error instanceof Error ? error.message : String(error);
  return new SpoorError(
    'VALIDATION_ERROR',
    `The file could not be unpacked as ${packing}: ${reason || 'it is too large'}.`,
  );
}
