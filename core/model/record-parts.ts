/**
 * What no column of a batch holds, in parts: each attribute is a part, and so is the rest of the message. Parts that are alike
 * are held once; a record lists its parts by number. Spans and log records share this.
 *
 *   record i -> part[partEnd[i-1] .. partEnd[i]] -> bytes[end[part-1] .. end[part]]
 */
import { ByteTable } from './byte-table';
import { grown } from './growing';

export interface RecordParts {
  /** Exclusive end of each record's slice of `part`. */
  readonly partEnd: Uint32Array;
  readonly part: Uint32Array;
  /** PART_ATTRIBUTE or PART_REST, by part. */
  readonly kind: Uint8Array;
  /** Exclusive end of each part in `bytes`. */
  readonly end: Uint32Array;
  readonly bytes: Uint8Array;
}

/** An OTLP KeyValue message, verbatim. */
export const PART_ATTRIBUTE = 0;
/** The other fields of the OTLP message, tags included, verbatim. */
export const PART_REST = 1;

/** Fields of a record that no column holds, gathered before the record is accepted. */
export class RecordPartsBuilder {
  private readonly table: ByteTable;
  private kind: Uint8Array;
  private part: Uint32Array;
  private partLength = 0;
  private partEnd: Uint32Array;
  private records = 0;
  private rest: Uint8Array = new Uint8Array(256);
  private restLength = 0;

  constructor(records: number, bytes: number) {
    this.table = new ByteTable(records, Math.min(bytes, 1 << 20));
    this.kind = new Uint8Array(this.table.ends.length);
    this.part = new Uint32Array(records * 8);
    this.partEnd = new Uint32Array(records);
  }

  /** The attribute's part, or -1 when it is new: then it is checked and given to `addAttribute`. */
  findAttribute(bytes: Uint8Array, start: number, end: number): number {
    const part = this.table.find(bytes, start, end);
    return part >= 0 && this.kind[part] === PART_ATTRIBUTE ? part : -1;
  }

  addAttribute(bytes: Uint8Array, start: number, end: number): number {
    return this.add(bytes, start, end, PART_ATTRIBUTE);
  }

  /** Lists a part in the current record. */
  list(part: number): void {
    this.part = grown(this.part, this.partLength + 1);
    this.part[this.partLength++] = part;
  }

  /** Keeps a field, tag included, for the rest of the current record. */
  keep(bytes: Uint8Array, start: number, end: number): void {
    this.rest = grown(this.rest, this.restLength + end - start);
    this.rest.set(bytes.subarray(start, end), this.restLength);
    this.restLength += end - start;
  }

  cancel(): void {
    this.restLength = 0;
    this.partLength = this.records === 0 ? 0 : (this.partEnd[this.records - 1] as number);
  }

  commit(): void {
    if (this.restLength > 0) {
      const found = this.table.find(this.rest, 0, this.restLength);
      const known = found >= 0 && this.kind[found] === PART_REST;
      this.list(known ? found : this.add(this.rest, 0, this.restLength, PART_REST));
      this.restLength = 0;
    }
    this.partEnd = grown(this.partEnd, this.records + 1);
    this.partEnd[this.records++] = this.partLength;
  }

  finish(): RecordParts {
    const { count } = this.table;
    return {
      partEnd: this.partEnd.slice(0, this.records),
      part: this.part.slice(0, this.partLength),
      kind: this.kind.slice(0, count),
      end: this.table.ends.slice(0, count),
      bytes: this.table.bytes.slice(0, count === 0 ? 0 : this.table.ends[count - 1]),
    };
  }

  private add(bytes: Uint8Array, start: number, end: number, kind: number): number {
    const part = this.table.add(bytes, start, end);
    this.kind = grown(this.kind, part + 1);
    this.kind[part] = kind;
    return part;
  }
}

/** The buffers to transfer with parts. */
export function partBuffers(parts: RecordParts): ArrayBuffer[] {
  return [parts.partEnd, parts.part, parts.kind, parts.end, parts.bytes].map((view) => view.buffer as ArrayBuffer);
}
