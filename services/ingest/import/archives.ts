/** Files inside a file: ZIP and tar, told by their content. Names in them only say where something was; nothing is ever written by them. */
import { SpoorError } from '../../../core/model/errors';
import { ZipError, zipEntries } from '../../zip-reader';
import { collected, peeked, unpacked } from './unpacked';

const ZIP = [0x50, 0x4b, 0x03, 0x04];
const MIB = 1024 * 1024;
/** Packed: it is read as a whole, because its directory is at its end. */
const MAX_ZIP_BYTES = 256 * MIB;
const ZIP_LIMITS = { entries: 10_000, nameBytes: 1_000, entryBytes: 256 * MIB, totalBytes: 1024 * MIB };
const BLOCK = 512;
const MAX_TAR_ENTRIES = 100_000;
const USTAR_AT = 257;
const USTAR = 'ustar';
const REGULAR = ['0', '\0', '7'];
/** Of what computers put beside files. */
const NOT_MEANT = /(^|\/)(__MACOSX\/|\.DS_Store$|\._)/;
const MAX_NAME = 200;

export interface FoundFile {
  /** Where it is in the archive; null: the file is none. */
  readonly name: string | null;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** @param file unpacked @throws SpoorError VALIDATION_ERROR, PAYLOAD_TOO_LARGE */
export async function* filesIn(file: AsyncIterable<Uint8Array>): AsyncGenerator<FoundFile> {
  const { head, rest } = await peeked(file, BLOCK);
  const tooLarge = `The ZIP file is larger than ${MAX_ZIP_BYTES / MIB} MiB: unpack it first.`;
  if (isZip(head)) yield* filesOfZip(await collected(rest, MAX_ZIP_BYTES, tooLarge));
  else if (isTar(head)) yield* filesOfTar(rest);
  else yield { name: null, bytes: rest };
}

/** What is in an archive may be compressed, and no archive again. */
export async function* contentOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const content = unpacked(bytes);
  const { head, rest } = await peeked(content, BLOCK);
  if (isZip(head) || isTar(head)) {
    // What unpacks it reads ahead, in the archive that somebody reads on behind it.
    await content.return(undefined);
    throw invalid('it is an archive in an archive: take it out first');
  }
  yield* rest;
}

function isZip(head: Uint8Array): boolean {
  return ZIP.every((byte, i) => head[i] === byte);
}

function isTar(head: Uint8Array): boolean {
  return head.length >= BLOCK && textAt(head, USTAR_AT, USTAR.length) === USTAR;
}

async function* filesOfZip(file: Uint8Array): AsyncGenerator<FoundFile> {
  let entries: ReturnType<typeof zipEntries>;
  try {
    entries = zipEntries(file, ZIP_LIMITS);
  } catch (error) {
    if (error instanceof ZipError) throw invalid(`The ZIP file is not opened: ${error.message}.`);
    throw error;
  }
  for (const entry of entries.values()) {
    if (entry.name.endsWith('/') || NOT_MEANT.test(entry.name)) continue;
    yield {
      name: shown(entry.name),
      bytes: (async function* () {
        try {
          yield entry.read();
        } catch (error) {
          throw error instanceof ZipError ? invalid(error.message) : error;
        }
      })(),
    };
  }
}

async function* filesOfTar(file: AsyncIterable<Uint8Array>): AsyncGenerator<FoundFile> {
  const source = new Blocks(file);
  let longName: string | null = null;
  for (let count = 0; ; count++) {
    const header = await source.header();
    // Two blocks of zeros are the end; many tools leave one of them out.
    if (header === null || header.every((byte) => byte === 0)) return;
    if (count >= MAX_TAR_ENTRIES) throw invalid(`The tar file has more than ${MAX_TAR_ENTRIES} entries.`);
    const size = sizeOf(header);
    const type = String.fromCharCode(header[156] ?? 0);
    const name = longName ?? `${textAt(header, 345, 155)}/${textAt(header, 0, 100)}`.replace(/^\//, '');
    longName = null;
    if (type === 'L' && size <= BLOCK * 8) {
      const bytes = await source.take(size);
      longName = bytes ? textAt(bytes, 0, bytes.length) : null;
    } else if (REGULAR.includes(type) && !NOT_MEANT.test(name) && !name.endsWith('/')) {
      yield { name: shown(name), bytes: source.stream(size) };
    }
    await source.skipTo(size);
  }
}

/** @throws SpoorError VALIDATION_ERROR */
function sizeOf(header: Uint8Array): number {
  const text = textAt(header, 124, 12).trim();
  if (/^[0-7]{1,12}$/.test(text)) return Number.parseInt(text, 8);
  throw invalid('The tar file is damaged: an entry does not say how long it is.');
}

function textAt(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString('utf8');
}

/** On one line, and visible. */
function shown(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd').slice(0, MAX_NAME);
}

function invalid(message: string): SpoorError {
  return new SpoorError('VALIDATION_ERROR', message);
}

/** Reads a tar file in the order in which it is written, an entry after the other. */
class Blocks {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private held: Uint8Array = new Uint8Array(0);
  /** Of the entry that is being read, taken so far. */
  private taken = 0;

  constructor(file: AsyncIterable<Uint8Array>) {
    this.chunks = file[Symbol.asyncIterator]();
  }

  /** Of the next entry. Null: the file ended before. */
  async header(): Promise<Uint8Array | null> {
    const header = await this.take(BLOCK);
    this.taken = 0;
    return header;
  }

  /** Null: the file ended before. */
  async take(count: number): Promise<Uint8Array | null> {
    const parts: Uint8Array[] = [];
    let left = count;
    while (left > 0) {
      const part = await this.next(left);
      if (part === null) return null;
      parts.push(part);
      left -= part.length;
    }
    this.taken = count;
    return Buffer.concat(parts, count);
  }

  async *stream(size: number): AsyncGenerator<Uint8Array> {
    this.taken = 0;
    while (this.taken < size) {
      const part = await this.next(size - this.taken);
      if (part === null) throw invalid('the end of the archive is missing');
      this.taken += part.length;
      yield part;
    }
  }

  /** What nobody took of the entry, and what fills its last block. */
  async skipTo(size: number): Promise<void> {
    const end = Math.ceil(size / BLOCK) * BLOCK;
    while (this.taken < end) {
      const part = await this.next(end - this.taken);
      if (part === null) return;
      this.taken += part.length;
    }
    this.taken = 0;
  }

  /** At most so much. */
  private async next(most: number): Promise<Uint8Array | null> {
    while (this.held.length === 0) {
      const { done, value } = await this.chunks.next();
      if (done) return null;
      this.held = value;
    }
    const part = this.held.subarray(0, most);
    this.held = this.held.subarray(part.length);
    return part;
  }
}
