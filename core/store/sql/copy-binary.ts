/** PostgreSQL's binary COPY format (postgresql.org/docs/current/sql-copy.html, "Binary Format"), both ways. */
import { copyBytes } from '../../model/byte-table';
import { bytesFromHex, hexFromBytes } from '../../model/ids';

const SIGNATURE = [0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00];
/** Signature, flags and header extension length. */
const HEADER_BYTES = 19;
const INT4_OID = 23;

const utf8 = new TextEncoder();
/** Characters. */
const SHORT_TEXT = 64;

export class CopyWriter {
  private bytes: Uint8Array;
  private view: DataView;
  private length = HEADER_BYTES;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(Math.max(capacity, 64));
    this.view = new DataView(this.bytes.buffer);
    this.bytes.set(SIGNATURE);
  }

  row(columns: number): void {
    this.reserve(2);
    this.view.setInt16(this.length, columns);
    this.length += 2;
  }

  null(): void {
    this.reserve(4);
    this.view.setInt32(this.length, -1);
    this.length += 4;
  }

  int2(value: number): void {
    this.reserve(6);
    this.view.setInt32(this.length, 2);
    this.view.setInt16(this.length + 4, value);
    this.length += 6;
  }

  /** `int8`; NULL for NaN. @param value a safe integer */
  countOrNull(value: number): void {
    if (Number.isNaN(value)) {
      this.null();
      return;
    }
    this.reserve(12);
    const { view, length } = this;
    view.setInt32(length, 8);
    view.setInt32(length + 4, Math.floor(value / 0x1_0000_0000));
    view.setUint32(length + 8, value % 0x1_0000_0000);
    this.length = length + 12;
  }

  int4(value: number): void {
    this.reserve(8);
    this.view.setInt32(this.length, 4);
    this.view.setInt32(this.length + 4, value);
    this.length += 8;
  }

  bool(value: boolean): void {
    this.reserve(5);
    this.view.setInt32(this.length, 1);
    this.view.setUint8(this.length + 4, value ? 1 : 0);
    this.length += 5;
  }

  int8(value: bigint): void {
    this.reserve(12);
    this.view.setInt32(this.length, 8);
    this.view.setBigInt64(this.length + 4, value);
    this.length += 12;
  }

  /** `uuid`, `int8` or `bytea` from bytes in network order. */
  data(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start;
    this.reserve(4 + size);
    this.view.setInt32(this.length, size);
    copyBytes(bytes, start, end, this.bytes, this.length + 4);
    this.length += 4 + size;
  }

  text(value: string): void {
    if (value.length <= SHORT_TEXT && this.ascii(value)) return;
    const bytes = utf8.encode(value);
    this.data(bytes, 0, bytes.length);
  }

  /** Names and the like: an encoder costs several times as much. @returns whether it was ASCII, and is written */
  private ascii(value: string): boolean {
    const { length } = value;
    this.reserve(4 + length);
    const { bytes } = this;
    const start = this.length + 4;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return false;
      bytes[start + i] = code;
    }
    this.view.setInt32(this.length, length);
    this.length = start + length;
    return true;
  }

  uuid(hex: string): void {
    const bytes = bytesFromHex(hex);
    if (bytes?.length !== 16) throw new Error(`not a uuid: ${hex}`);
    this.data(bytes, 0, 16);
  }

  float8(value: number): void {
    this.reserve(12);
    this.view.setInt32(this.length, 8);
    this.view.setFloat64(this.length + 4, value);
    this.length += 12;
  }

  orNull<T>(value: T | null, write: (value: T) => void): void {
    if (value === null) this.null();
    else write(value);
  }

  /** Eight bytes as `int8`; NULL when they are zero. */
  idOrNull(bytes: Uint8Array, start: number): void {
    let zero = true;
    for (let i = start; i < start + 8 && zero; i++) zero = bytes[i] === 0;
    if (zero) this.null();
    else this.data(bytes, start, start + 8);
  }

  /** Begins an `int4[]`; `length` calls of `int4` follow. */
  int4Array(length: number): void {
    const header = length === 0 ? 12 : 20;
    this.reserve(4 + header + length * 8);
    const { view } = this;
    view.setInt32(this.length, header + length * 8);
    view.setInt32(this.length + 4, length === 0 ? 0 : 1);
    view.setInt32(this.length + 8, 0);
    view.setInt32(this.length + 12, INT4_OID);
    if (length > 0) {
      view.setInt32(this.length + 16, length);
      view.setInt32(this.length + 20, 1);
    }
    this.length += 4 + header;
  }

  finish(): Uint8Array {
    this.reserve(2);
    this.view.setInt16(this.length, -1);
    return this.bytes.subarray(0, this.length + 2);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}

/** Walks over rows; each column is read in order with the method of its type. */
export class CopyReader {
  private readonly view: DataView;
  private pos: number;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < HEADER_BYTES || SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
      throw new Error('not a binary COPY stream');
    }
    this.pos = HEADER_BYTES + this.view.getInt32(15);
  }

  /** Moves to the next row; false behind the last. */
  next(): boolean {
    const columns = this.view.getInt16(this.pos);
    this.pos += 2;
    return columns >= 0;
  }

  /** Skips columns of any type. */
  skip(columns: number): void {
    for (let i = 0; i < columns; i++) {
      const size = this.view.getInt32(this.pos);
      this.pos += 4 + Math.max(size, 0);
    }
  }

  int2(): number {
    this.sized(2);
    return this.view.getInt16(this.pos - 2);
  }

  int4(): number {
    this.sized(4);
    return this.view.getInt32(this.pos - 4);
  }

  int8(): bigint {
    this.sized(8);
    return this.view.getBigInt64(this.pos - 8);
  }

  /** As 32 hex digits. */
  uuid(): string {
    this.sized(16);
    return hexFromBytes(this.bytes, this.pos - 16, 16);
  }

  /** A view, not a copy. */
  data(): Uint8Array {
    const size = this.view.getInt32(this.pos);
    this.pos += 4 + size;
    return this.bytes.subarray(this.pos - size, this.pos);
  }

  /** The same for a reader of the bytes that this one reads. */
  dataInto(reader: { reset(start: number, end: number): void }): void {
    const size = this.view.getInt32(this.pos);
    this.pos += 4 + size;
    reader.reset(this.pos - size, this.pos);
  }

  /** An `int4[]` without NULLs. */
  int4Array(): number[] {
    const { view, pos } = this;
    const size = view.getInt32(pos);
    this.pos += 4 + size;
    const length = view.getInt32(pos + 4) === 0 ? 0 : view.getInt32(pos + 16);
    const values = new Array<number>(length);
    for (let i = 0; i < length; i++) values[i] = view.getInt32(pos + 28 + i * 8);
    return values;
  }

  /** The value, or `absent` for NULL. */
  int8Or(absent: bigint): bigint {
    if (this.view.getInt32(this.pos) !== -1) return this.int8();
    this.pos += 4;
    return absent;
  }

  int8OrNull(): bigint | null {
    return this.isNull() ? null : this.int8();
  }

  float8OrNull(): number | null {
    if (this.isNull()) return null;
    this.sized(8);
    return this.view.getFloat64(this.pos - 8);
  }

  /** Skips a NULL. */
  private isNull(): boolean {
    if (this.view.getInt32(this.pos) !== -1) return false;
    this.pos += 4;
    return true;
  }

  private sized(size: number): void {
    const actual = this.view.getInt32(this.pos);
    if (actual !== size) throw new Error(`binary COPY: a column of ${actual} bytes where ${size} were expected`);
    this.pos += 4 + size;
  }
}
