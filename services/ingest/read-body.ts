/** Reads a request's body, unpacked, within a limit that counts bytes as they come: a zip bomb is cut off, not inflated. */
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createInflate } from 'node:zlib';
import { SnappyTooLarge, unsnappy } from './unsnappy';
import { unzstd, ZstdTooLarge } from './unzstd';

/** The size that opentelemetry-proto 1.11 recommends, after decompression. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

export class BodyError extends Error {
  override readonly name = 'BodyError';
  constructor(
    readonly status: 400 | 413 | 415,
    message: string,
  ) {
    super(message);
  }
}

const SNAPPY: readonly string[] = ['snappy', 'x-snappy-framed'];
const ACCEPTED_ENCODINGS = 'gzip, deflate, zstd, snappy, x-snappy-framed, identity';

/**
 * @param charge told of bytes as they take memory, and of fewer (below zero) as they leave it; what it throws ends the reading
 * @throws BodyError
 */
export async function readBody(
  request: IncomingMessage,
  charge: (bytes: number) => void = () => {},
  limit = MAX_BODY_BYTES,
): Promise<Uint8Array> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  let refusal: unknown = null;
  const collect = async (source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> => {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      try {
        charge(chunk.length);
      } catch (error) {
        refusal = error;
        throw error;
      }
      chunks.push(chunk);
    }
  };
  // Packed bytes that unpack to nothing are never collected, and do not come for ever either.
  const packed = (): AsyncIterable<Uint8Array> => counted(request, limit);
  try {
    if (encoding === 'identity' || encoding === '') await collect(request);
    else if (encoding === 'gzip' || encoding === 'x-gzip') await pipeline(packed, createGunzip(), collect);
    else if (encoding === 'deflate') await pipeline(packed, createInflate(), collect);
    else if (encoding === 'zstd' || SNAPPY.includes(encoding)) {
      await collect(request);
      const whole = Buffer.concat(chunks.splice(0), size);
      size = 0;
      await collect(encoding === 'zstd' ? await unzstd(whole, limit) : [unsnappy(whole, limit)]);
      charge(-whole.length);
    } else throw new BodyError(415, `Content-Encoding ${encoding} is not supported; use one of ${ACCEPTED_ENCODINGS}.`);
  } catch (error) {
    if (refusal !== null) throw refusal;
    if (error instanceof BodyError) throw error;
    if (error instanceof ZstdTooLarge || error instanceof SnappyTooLarge) throw tooLarge(limit);
    // The pipeline reports that it was cut off, not why.
    if (size > limit) throw tooLarge(limit);
    throw new BodyError(400, `The body could not be unpacked as ${encoding}: ${reasonOf(error as Error)}.`);
  }
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, size);
}

/** A stream that ends before what it is given is reported as aborted. */
function reasonOf({ name, message }: Error): string {
  return name === 'AbortError' ? 'something follows after its end' : message;
}

async function* counted(source: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    yield chunk;
  }
}

function tooLarge(limit: number): BodyError {
  return new BodyError(413, `The body is larger than ${limit / (1024 * 1024)} MiB unpacked; send smaller batches.`);
}
