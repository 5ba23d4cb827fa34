/**
 * What a file holds: documents of JSON, one a line or one alone, or protobuf. Lines are read one by one, so that a file of any length takes
 * the memory of its longest line.
 */
import { setImmediate } from 'node:timers/promises';
import { SpoorError } from '../../../core/model/errors';
import { encodingOf } from './text-encoding';
import { collected, peeked } from './unpacked';

/** Of one document, be it a line or the whole file. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;
/** What is looked at to tell what a file is. */
const HEAD_BYTES = 64 * 1024;
/** Packed, a file of nothing but these goes on for as good as ever. */
const MAX_EMPTY_LINES = 1_000_000;
/** After so many empty ones, others have their turn. */
const LINES_A_TURN = 10_000;
const LENGTH_BYTES = 4;
const NEWLINE = 10;
const OPENING = ['{'.charCodeAt(0), '['.charCodeAt(0)];
const SPACES = [9, NEWLINE, 13, 32];

export interface FileDocument {
  readonly kind: 'json' | 'protobuf';
  readonly bytes: Uint8Array;
  /** From 1, where there is one a line; null: it is the whole file. */
  readonly line: number | null;
}

/** @throws SpoorError PAYLOAD_TOO_LARGE */
export async function* documentsOf(file: AsyncIterable<Uint8Array>): AsyncGenerator<FileDocument> {
  const { head: peek, rest } = await peeked(file, HEAD_BYTES);
  // The first chunk may be a whole entry of an archive.
  const head = peek.subarray(0, HEAD_BYTES);
  const encoding = encodingOf(head);
  if (encoding.kind === 'utf16') {
    yield* documentsOf(once(encoding.toUtf8(await whole(rest))));
    return;
  }
  const first = head.subarray(encoding.bomBytes).find((byte) => !SPACES.includes(byte));
  if (first === undefined || !OPENING.includes(first)) {
    const bytes = await whole(rest);
    for (const message of messagesOf(bytes)) yield { kind: 'protobuf', bytes: message, line: null };
    return;
  }
  if (isLines(head.subarray(encoding.bomBytes))) yield* lines(rest, encoding.bomBytes);
  else {
    const bytes = await whole(rest);
    yield { kind: 'json', bytes: bytes.subarray(encoding.bomBytes), line: null };
  }
}

/**
 * The Collector's file exporter puts the length of each request before it, in four bytes, the first of which is 0: no message of
 * protobuf begins so.
 */
function* messagesOf(bytes: Uint8Array): Generator<Uint8Array> {
  if (bytes[0] !== 0) {
    if (bytes.length > 0) yield bytes;
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const start = at + LENGTH_BYTES;
    const end = start <= bytes.length ? start + view.getUint32(at) : bytes.length;
    // A file that was cut off ends with a message that cannot be read.
    yield bytes.subarray(Math.min(start, bytes.length), Math.min(end, bytes.length));
    // Nothing sends empty ones: zeros are no file of requests.
    if (end === start) return;
    at = end;
  }
}

/** Whether the first line is a document by itself, with others after it. Of a longer one only its end could tell. */
function isLines(head: Uint8Array): boolean {
  const start = head.findIndex((byte) => !SPACES.includes(byte));
  const end = head.indexOf(NEWLINE, start);
  if (end < 0) return head.length >= HEAD_BYTES;
  if (head.subarray(end).every((byte) => SPACES.includes(byte)) && head.length < HEAD_BYTES) return false;
  try {
    JSON.parse(Buffer.from(head.buffer, head.byteOffset + start, end - start).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

async function* lines(file: AsyncIterable<Uint8Array>, skipBytes: number): AsyncGenerator<FileDocument> {
  let line = 0;
  let parts: Uint8Array[] = [];
  let size = 0;
  let skip = skipBytes;
  let emptyLines = 0;
  const taken = (): FileDocument | null => {
    line++;
    const bytes = parts.length === 1 ? (parts[0] ?? new Uint8Array(0)) : Buffer.concat(parts, size);
    parts = [];
    size = 0;
    if (!isBlank(bytes)) return { kind: 'json', bytes, line };
    if (++emptyLines > MAX_EMPTY_LINES) throw tooEmpty();
    return null;
  };
  for await (const next of file) {
    const chunk = next.subarray(skip);
    skip = 0;
    for (let at = 0; at < chunk.length; ) {
      const end = chunk.indexOf(NEWLINE, at);
      const part = chunk.subarray(at, end < 0 ? chunk.length : end);
      size += part.length;
      if (size > MAX_DOCUMENT_BYTES) throw tooLong(line + 1);
      if (part.length > 0) parts.push(part);
      if (end < 0) break;
      const document = taken();
      if (document) yield document;
      else if (line % LINES_A_TURN === 0) await setImmediate();
      at = end + 1;
    }
  }
  const last = size > 0 ? taken() : null;
  if (last) yield last;
}

/** Without a call for each byte: a line may be of many megabytes. */
function isBlank(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte !== 32 && byte !== 9 && byte !== 13 && byte !== NEWLINE) return false;
  }
  return true;
}

/** @throws SpoorError PAYLOAD_TOO_LARGE */
function whole(file: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const mib = MAX_DOCUMENT_BYTES / (1024 * 1024);
  return collected(
    file,
    MAX_DOCUMENT_BYTES,
    `The file is one document of more than ${mib} MiB. Split it, or write it as JSON lines: those may be of any number.`,
  );
}

function tooLong(line: number): SpoorError {
  const mib = MAX_DOCUMENT_BYTES / (1024 * 1024);
  return new SpoorError(
    'PAYLOAD_TOO_LARGE',
    `Line ${line} has more than ${mib} MiB. What stood before it is imported.`,
  );
}

function tooEmpty(): SpoorError {
  return new SpoorError(
    'PAYLOAD_TOO_LARGE',
    `The file has more than ${MAX_EMPTY_LINES} empty lines. What stood before them is imported.`,
  );
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
