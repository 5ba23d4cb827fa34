/**
 * Reads a ZIP file (APPNOTE.TXT 6.3) that a stranger may have made: what its directory says is checked before anything is unpacked, and
 * an entry is unpacked to the size it says and no further. Without ZIP64, encryption and anything but DEFLATE, which our files never have.
 */
import { inflateRawSync } from 'node:zlib';

export class ZipError extends Error {
  override readonly name = 'ZipError';
}

export interface ZipLimits {
  readonly entries: number;
  readonly nameBytes: number;
  /** Of one entry, unpacked. */
  readonly entryBytes: number;
  /** Of all entries, unpacked. */
  readonly totalBytes: number;
}

export interface ZipEntry {
  readonly name: string;
  readonly size: number;
  /** @throws ZipError where it is not what the directory says */
  read(): Uint8Array;
}

const END = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const DIRECTORY = 0x02014b50;
const DIRECTORY_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
/** DEFLATE packs no better. */
const MAX_RATIO = 1032;

/** By name. @throws ZipError */
export function zipEntries(file: Uint8Array, limits: ZipLimits): Map<string, ZipEntry> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count > limits.entries) throw new ZipError(`it has more than ${limits.entries} entries`);
  const entries = new Map<string, ZipEntry>();
  const taken: { readonly start: number; readonly end: number }[] = [];
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (at + DIRECTORY_BYTES > end || view.getUint32(at, true) !== DIRECTORY)
      throw new ZipError('its directory is cut off');
    const nameBytes = view.getUint16(at + 28, true);
    const next = at + DIRECTORY_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (nameBytes > limits.nameBytes || next > end) throw new ZipError('the name of an entry is too long');
    const name = new TextDecoder().decode(file.subarray(at + DIRECTORY_BYTES, at + DIRECTORY_BYTES + nameBytes));
    const size = view.getUint32(at + 24, true);
    total += size;
    if (size > limits.entryBytes) throw new ZipError(`an entry would unpack to more than ${inMib(limits.entryBytes)}`);
    if (total > limits.totalBytes) throw new ZipError(`it would unpack to more than ${inMib(limits.totalBytes)}`);
    if (entries.has(name)) throw new ZipError(`it has ${name} twice`);
    const { start, method, packed } = contentsOf(file, view, at, end);
    taken.push({ start, end: start + packed.length });
    entries.set(name, { name, size, read: () => unpacked(name, method, packed, size) });
    at = next;
  }
  taken.sort((a, b) => a.start - b.start);
  if (taken.some((one, i) => i > 0 && one.start < (taken[i - 1]?.end ?? 0))) throw new ZipError('its entries overlap');
  return entries;
}

function inMib(bytes: number): string {
  return `${bytes / 1024 ** 2} MiB`;
}

/** The end record stands last; a comment may follow. */
function endOf(view: DataView): number {
  const first = Math.max(0, view.byteLength - END_BYTES - MAX_COMMENT_BYTES);
  for (let at = view.byteLength - END_BYTES; at >= first; at--) {
    if (view.getUint32(at, true) === END && at + END_BYTES + view.getUint16(at + 20, true) <= view.byteLength)
      return at;
  }
  throw new ZipError('it has no directory');
}

function contentsOf(
  file: Uint8Array,
  view: DataView,
  at: number,
  end: number,
): { readonly start: number; readonly method: number; readonly packed: Uint8Array } {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const packedBytes = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const local = view.getUint32(at + 42, true);
  if ((flags & ENCRYPTED) !== 0 || (method !== STORED && method !== DEFLATED)) {
    throw new ZipError('an entry is encrypted or uses a compression that Spoor does not read');
  }
  if (method === STORED ? size !== packedBytes : size > packedBytes * MAX_RATIO) {
    throw new ZipError('the sizes of an entry do not go together');
  }
  if (local + LOCAL_BYTES > end || view.getUint32(local, true) !== LOCAL) throw new ZipError('an entry is cut off');
  const start = local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + packedBytes > end) throw new ZipError('an entry is cut off');
  return { start, method, packed: file.subarray(start, start + packedBytes) };
}

function unpacked(name: string, method: number, packed: Uint8Array, size: number): Uint8Array {
  if (method === STORED) return packed;
  let bytes: Uint8Array;
  try {
    bytes = inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
  } catch {
    throw new ZipError(`${name} cannot be unpacked to the size it says`);
  }
  if (bytes.length !== size) throw new ZipError(`${name} is not of the size it says`);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
