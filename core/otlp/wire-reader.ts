/**
 * A reader of the protobuf wire format (protobuf.dev/programming-guides/encoding) over a range of bytes. It reads where the
 * bytes lie, allocates nothing per field and throws `WireError` on anything a conforming encoder cannot have written.
 */
import { COST, type DecodeBudget } from './decode-budget';

export class WireError extends Error {
  override readonly name = 'WireError';
}

/** An attribute value is nested deeper than `MAX_NESTING`. */
export class NestingError extends WireError {
  constructor() {
    super(`attribute values nested deeper than ${MAX_NESTING}`);
  }
}

export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
const WIRE_START_GROUP = 3;
const WIRE_END_GROUP = 4;
export const WIRE_FIXED32 = 5;

/** Deeper nesting than any real attribute value; a hostile message must not overflow the stack. */
export const MAX_NESTING = 64;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export class WireReader {
  readonly bytes: Uint8Array;
  private held: DataView | null = null;
  pos: number;
  end: number;
  /** Number of the field that `next` stopped at. */
  field = 0;
  /** Wire type of the field that `next` stopped at. */
  wireType = 0;
  /** Where the tag of the current field begins. */
  tagStart = 0;

  /** @param budget is charged with each message and text that is read, here and by the readers this one makes */
  constructor(
    bytes: Uint8Array,
    start = 0,
    end = bytes.length,
    readonly budget: DecodeBudget | null = null,
  ) {
    this.bytes = bytes;
    this.pos = start;
    this.end = end;
  }

  /** Made when it is needed: most readers are made for a key or a text. */
  private get view(): DataView {
    const { bytes } = this;
    this.held ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.held;
  }

  /** Points the reader at another range of the same bytes. */
  reset(start: number, end: number): void {
    this.pos = start;
    this.end = end;
  }

  /** Moves to the next field; false at the end of the range. */
  next(): boolean {
    if (this.pos >= this.end) return false;
    this.tagStart = this.pos;
    const tag = this.tag();
    this.field = tag >>> 3;
    this.wireType = tag & 7;
    if (this.field === 0) throw new WireError(`field number 0 at byte ${this.tagStart}`);
    return true;
  }

  /** A varint of at most 32 bits: unlike a value, a tag has no spare ones. */
  private tag(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.pos >= this.end) throw this.truncated();
      const byte = this.bytes[this.pos++] as number;
      if (shift === 28 && byte > 0x0f) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new WireError(`field number too large at byte ${this.tagStart}`);
  }

  /** A varint of which the low 32 bits count. */
  uint32(): number {
    let value = 0;
    let shift = 0;
    for (;;) {
      if (this.pos >= this.end) throw this.truncated();
      const byte = this.bytes[this.pos++] as number;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
      shift += 7;
      if (shift >= 70) throw new WireError(`varint longer than 10 bytes at byte ${this.pos}`);
    }
  }

  /** A varint as a signed 64-bit integer. */
  int64(): bigint {
    const small = this.smallVarint();
    return small >= 0 ? BigInt(small) : this.largeVarint();
  }

  /** A varint as a signed 64-bit integer in decimal. */
  int64Text(): string {
    const small = this.smallVarint();
    return small >= 0 ? String(small) : this.largeVarint().toString();
  }

  /** A varint as an unsigned integer, of more than 53 bits the nearest. */
  varintAsNumber(): number {
    const small = this.smallVarint();
    return small >= 0 ? small : Number(BigInt.asUintN(64, this.largeVarint()));
  }

  /** A varint of at most seven bytes, as most are: a BigInt costs ten times that. -1, with nothing read: it is longer. */
  private smallVarint(): number {
    let value = 0;
    let scale = 1;
    const end = Math.min(this.end, this.pos + 7);
    for (let at = this.pos; at < end; at++) {
      const byte = this.bytes[at] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        this.pos = at + 1;
        return value;
      }
      scale *= 128;
    }
    return -1;
  }

  private largeVarint(): bigint {
    let value = 0n;
    let shift = 0n;
    for (;;) {
      if (this.pos >= this.end) throw this.truncated();
      const byte = this.bytes[this.pos++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
      shift += 7n;
      if (shift >= 70n) throw new WireError(`varint longer than 10 bytes at byte ${this.pos}`);
    }
  }

  fixed64(): bigint {
    this.need(8);
    const value = this.view.getBigUint64(this.pos, true);
    this.pos += 8;
    return value;
  }

  /** The same, of more than 53 bits the nearest. */
  fixed64AsNumber(): number {
    this.need(8);
    const { view, pos } = this;
    this.pos += 8;
    return view.getUint32(pos + 4, true) * 0x1_0000_0000 + view.getUint32(pos, true);
  }

  fixed32(): number {
    this.need(4);
    const value = this.view.getUint32(this.pos, true);
    this.pos += 4;
    return value;
  }

  double(): number {
    this.need(8);
    const value = this.view.getFloat64(this.pos, true);
    this.pos += 8;
    return value;
  }

  /** Reads a length prefix, moves behind the contents and returns where they end; they begin at `pos - length`. */
  skipLengthDelimited(): number {
    const length = this.uint32();
    this.need(length);
    this.pos += length;
    return length;
  }

  /** A view of a length-delimited field's contents, not a copy. */
  view8(): Uint8Array {
    const length = this.skipLengthDelimited();
    return this.bytes.subarray(this.pos - length, this.pos);
  }

  string(): string {
    this.charge(COST.item);
    return utf8.decode(this.view8());
  }

  /** A reader over a length-delimited field's contents; this one moves behind them. */
  message(): WireReader {
    this.charge(COST.item);
    const length = this.skipLengthDelimited();
    return new WireReader(this.bytes, this.pos - length, this.pos, this.budget);
  }

  /** For what is about to be made of the current field. @throws SpoorError PAYLOAD_TOO_LARGE */
  charge(cost: number): void {
    this.budget?.charge(cost);
  }

  /** Demands the wire type that the schema gives the current field. */
  expect(wireType: number): void {
    if (this.wireType !== wireType) {
      throw new WireError(
        `field ${this.field} has wire type ${this.wireType}, not ${wireType}, at byte ${this.tagStart}`,
      );
    }
  }

  /** Skips the current field, whatever it is. */
  skip(depth = 0): void {
    switch (this.wireType) {
      case WIRE_VARINT:
        this.uint32();
        return;
      case WIRE_FIXED64:
        this.need(8);
        this.pos += 8;
        return;
      case WIRE_BYTES:
        this.skipLengthDelimited();
        return;
      case WIRE_START_GROUP:
        this.skipGroup(this.field, depth);
        return;
      case WIRE_FIXED32:
        this.need(4);
        this.pos += 4;
        return;
      default:
        throw new WireError(`wire type ${this.wireType} at byte ${this.tagStart}`);
    }
  }

  private skipGroup(field: number, depth: number): void {
    if (depth >= MAX_NESTING) throw new WireError(`groups nested deeper than ${MAX_NESTING} at byte ${this.tagStart}`);
    while (this.next()) {
      if (this.wireType === WIRE_END_GROUP) {
        if (this.field === field) return;
        throw new WireError(`group ${field} ended by ${this.field} at byte ${this.tagStart}`);
      }
      this.skip(depth + 1);
    }
    throw this.truncated();
  }

  private need(count: number): void {
    if (this.pos + count > this.end) throw this.truncated();
  }

  private truncated(): WireError {
    return new WireError(`the message ends in the middle of a field at byte ${this.pos}`);
  }
}
