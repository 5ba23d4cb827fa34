/**
 * Writes the protobuf wire format into one growing buffer. A nested message is written in place behind the bytes that its
 * length is thought to take; it moves when it takes others, so the encoding is always the canonical, shortest one.
 */
import { WIRE_BYTES, WIRE_FIXED32, WIRE_FIXED64, WIRE_VARINT } from './wire-reader';

const utf8 = new TextEncoder();

export class WireWriter {
  private bytes: Uint8Array;
  private view: DataView;
  private length = 0;

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  /** How much is written, for `rewind`. */
  get position(): number {
    return this.length;
  }

  /** Drops what was written since. */
  rewind(position: number): void {
    this.length = position;
  }

  varint(field: number, value: number | bigint): void {
    this.reserve(6);
    this.tag(field, WIRE_VARINT);
    this.bareVarint(BigInt(value));
  }

  fixed64(field: number, value: bigint): void {
    this.reserve(14);
    this.tag(field, WIRE_FIXED64);
    this.view.setBigUint64(this.length, BigInt.asUintN(64, value), true);
    this.length += 8;
  }

  fixed32(field: number, value: number): void {
    this.reserve(10);
    this.tag(field, WIRE_FIXED32);
    this.view.setUint32(this.length, value >>> 0, true);
    this.length += 4;
  }

  double(field: number, value: number): void {
    this.reserve(14);
    this.tag(field, WIRE_FIXED64);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  data(field: number, value: Uint8Array): void {
    this.reserve(value.length + 16);
    this.tag(field, WIRE_BYTES);
    this.rawVarint(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  /** Packed repeated `fixed64`; nothing for none. */
  fixed64s(field: number, values: readonly bigint[]): void {
    if (values.length === 0) return;
    const packed = new DataView(new ArrayBuffer(values.length * 8));
    for (const [i, value] of values.entries()) packed.setBigUint64(i * 8, BigInt.asUintN(64, value), true);
    this.data(field, new Uint8Array(packed.buffer));
  }

  /** Packed repeated `double`; nothing for none. */
  doubles(field: number, values: readonly number[]): void {
    if (values.length === 0) return;
    const packed = new DataView(new ArrayBuffer(values.length * 8));
    for (const [i, value] of values.entries()) packed.setFloat64(i * 8, value, true);
    this.data(field, new Uint8Array(packed.buffer));
  }

  /** Packed repeated `uint64`; nothing for none. */
  varints(field: number, values: readonly bigint[]): void {
    if (values.length === 0) return;
    const packed = new WireWriter(values.length * 10);
    for (const value of values) packed.bareVarint(value);
    this.data(field, packed.finish());
  }

  private bareVarint(value: bigint): void {
    this.reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.bytes[this.length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.length++] = Number(rest);
  }

  /** Bytes that are fields already. */
  raw(fields: Uint8Array): void {
    this.reserve(fields.length);
    this.bytes.set(fields, this.length);
    this.length += fields.length;
  }

  string(field: number, value: string): void {
    this.data(field, utf8.encode(value));
  }

  /**
   * Writes a nested message with `write`.
   * @param about how long it becomes: where its length takes as many bytes as this one would, nothing moves
   */
  message(field: number, write: (writer: WireWriter) => void, about = 0): void {
    this.reserve(10);
    this.tag(field, WIRE_BYTES);
    const lengthAt = this.length;
    const contentsAt = lengthAt + bytesOfLength(about);
    this.length = contentsAt;
    write(this);
    const size = this.length - contentsAt;
    const end = lengthAt + bytesOfLength(size) + size;
    this.reserve(end - this.length);
    if (end !== this.length) this.bytes.copyWithin(end - size, contentsAt, this.length);
    this.length = lengthAt;
    this.rawVarint(size);
    this.length = end;
  }

  private tag(field: number, wireType: number): void {
    this.rawVarint(((field << 3) | wireType) >>> 0);
  }

  private rawVarint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}

/** Of a varint. */
function bytesOfLength(length: number): number {
  return length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x200000 ? 3 : length < 0x10000000 ? 4 : 5;
}
