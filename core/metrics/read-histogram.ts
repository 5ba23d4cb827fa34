/** Reads the data points of histograms: as numbers at once, because an answer reads hundreds of thousands of them. */
import { readPointField } from '../otlp/metric-point';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT, type WireReader } from '../otlp/wire-reader';
import type { Distribution } from './distribution';
import { bounded } from './exponential';

interface Buckets {
  offset: number;
  readonly counts: number[];
}

/** What stands in a point beside its distribution, as `readPointFields` has it. */
export type OtherFields = Record<string, unknown>;

/** Field numbers of the two kinds. */
const EXPLICIT = { flags: 10, min: 11, max: 12 };
const EXPONENTIAL = { flags: 10, min: 12, max: 13 };

/** Points of one metric have the same bounds nearly always: they are read once, and compared by where they are from then on. */
export class HistogramReader {
  private boundBytes = new Uint8Array(0);
  private bounds: readonly number[] = [];

  /** @param other is given the fields that are not read here @returns null: the point says that there is no value any more */
  explicit(reader: WireReader, other: OtherFields): Distribution | null {
    const is = { count: null as number | null, sum: null as number | null, min: Number.NaN, max: Number.NaN, flags: 0 };
    const counts: number[] = [];
    let bounds: readonly number[] = [];
    while (reader.next()) {
      switch (reader.field) {
        case 4:
          is.count = fixed64(reader);
          break;
        case 5:
          is.sum = double(reader);
          break;
        case 6:
          packed(reader, WIRE_FIXED64, counts, (one) => one.fixed64AsNumber());
          break;
        case 7:
          bounds = this.readBounds(reader, bounds);
          break;
        case EXPLICIT.flags:
          is.flags = varint(reader);
          break;
        case EXPLICIT.min:
          is.min = double(reader);
          break;
        case EXPLICIT.max:
          is.max = double(reader);
          break;
        default:
          readPointField('histogram', reader, other);
      }
    }
    if (hasNoValue(is.flags)) return null;
    // Without buckets where they contradict each other.
    const isSound = counts.length === bounds.length + 1 && (bounds === this.bounds || isAscending(bounds));
    return { ...summed(is), buckets: isSound ? { bounds, counts } : { bounds: [], counts: [] } };
  }

  /** The same of exponential histograms. */
  exponential(reader: WireReader, other: OtherFields): Distribution | null {
    const is = { count: null as number | null, sum: null as number | null, min: Number.NaN, max: Number.NaN, flags: 0 };
    const positive: Buckets = { offset: 0, counts: [] };
    const negative: Buckets = { offset: 0, counts: [] };
    let [scale, zeroCount, zeroThreshold] = [0, 0, 0];
    while (reader.next()) {
      switch (reader.field) {
        case 4:
          is.count = fixed64(reader);
          break;
        case 5:
          is.sum = double(reader);
          break;
        case 6:
          scale = zigzag(varint(reader));
          break;
        case 7:
          zeroCount = fixed64(reader);
          break;
        case 8:
          readBuckets(reader, positive);
          break;
        case 9:
          readBuckets(reader, negative);
          break;
        case EXPONENTIAL.flags:
          is.flags = varint(reader);
          break;
        case EXPONENTIAL.min:
          is.min = double(reader);
          break;
        case EXPONENTIAL.max:
          is.max = double(reader);
          break;
        case 14:
          zeroThreshold = double(reader);
          break;
        default:
          readPointField('exponentialHistogram', reader, other);
      }
    }
    if (hasNoValue(is.flags)) return null;
    const buckets = bounded({
      scale,
      zeroCount,
      zeroThreshold: Number.isFinite(zeroThreshold) ? zeroThreshold : 0,
      positive: byIndex(positive),
      negative: byIndex(negative),
    });
    return { ...summed(is), buckets };
  }

  private readBounds(reader: WireReader, before: readonly number[]): readonly number[] {
    if (reader.wireType === WIRE_BYTES && before.length === 0) {
      const bytes = reader.view8();
      if (areSame(bytes, this.boundBytes)) return this.bounds;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const bounds = Array.from({ length: bytes.length >> 3 }, (_, i) => view.getFloat64(i * 8, true));
      if (!isAscending(bounds)) return bounds;
      this.boundBytes = bytes.slice();
      this.bounds = bounds;
      return bounds;
    }
    const bounds = [...before];
    packed(reader, WIRE_FIXED64, bounds, (one) => one.double());
    return bounds;
  }
}

/** FLAG_NO_RECORDED_VALUE: the series has ended. */
export function hasNoValue(flags: number): boolean {
  return (flags & 1) !== 0;
}

function summed({ count, sum, min, max }: { count: number | null; sum: number | null; min: number; max: number }) {
  return {
    count: count ?? 0,
    sum: sum === null ? (count === null ? 0 : null) : finite(sum),
    min: finite(min),
    max: finite(max),
  };
}

function areSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function isAscending(bounds: readonly number[]): boolean {
  return bounds.every((bound, i) => i === 0 || bound > (bounds[i - 1] as number));
}

function byIndex({ offset, counts }: Buckets): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] as number;
    if (count !== 0) found.set(offset + i, count);
  }
  return found;
}

function readBuckets(owner: WireReader, into: Buckets): void {
  owner.expect(WIRE_BYTES);
  const reader = owner.message();
  // Of several the last counts, as where they are read as text.
  into.offset = 0;
  into.counts.length = 0;
  while (reader.next()) {
    if (reader.field === 1) into.offset = zigzag(varint(reader));
    else if (reader.field === 2) packed(reader, WIRE_VARINT, into.counts, (one) => one.varintAsNumber());
    else reader.skip();
  }
}

/** Packed, or one by one from old encoders. */
function packed(reader: WireReader, wireType: number, into: number[], read: (reader: WireReader) => number): void {
  if (reader.wireType === wireType) {
    into.push(read(reader));
    return;
  }
  reader.expect(WIRE_BYTES);
  const length = reader.skipLengthDelimited();
  const end = reader.pos;
  reader.pos -= length;
  while (reader.pos < end) into.push(read(reader));
}

function fixed64(reader: WireReader): number {
  reader.expect(WIRE_FIXED64);
  return reader.fixed64AsNumber();
}

function double(reader: WireReader): number {
  reader.expect(WIRE_FIXED64);
  return reader.double();
}

function varint(reader: WireReader): number {
  reader.expect(WIRE_VARINT);
  return reader.uint32();
}

function zigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
