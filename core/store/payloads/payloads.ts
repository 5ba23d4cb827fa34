/**
 * Payloads: the parts of records that have no number in the dictionary, packed many records to a row of `payload`.
 *
 * Unpacked, a payload is a run of records `varint size, bytes`, found by their place in the run; a record is its parts in
 * order, `varint size, bytes` each. A part is the AnyValue of an attribute whose key has a number, a whole KeyValue, or the
 * rest of a message: the record's `attributes` say which.
 */
import { grown } from '../../model/growing';
import type { RecordParts } from '../../model/record-parts';
import { isWordAscii } from '../../search/letters';
import { REST_IN_PAYLOAD, startOf, valueStart } from '../dictionary/part-ids';
import { CopyWriter } from '../sql/copy-binary';
import { BYTEA, decodeRows, INT4, INT8 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

/** Packs a payload; the runtime brings it, because `core` has no compression of its own. */
export interface PayloadCodec {
  pack(bytes: Uint8Array): Uint8Array;
  unpack(bytes: Uint8Array): Uint8Array;
}

/** Where the parts of a record are. */
export interface PayloadRef {
  /** Number of the payload in this writer, from 1; 0: the record needs none. */
  readonly payload: number;
  readonly index: number;
}

/** Where payloads are stored: those of spans beside their blocks, those of logs in a table of their own. */
export type PayloadTable = 'span_payload' | 'payload';

/** What says in which partition of its table a payload is. */
const PLACE_COLUMNS: Readonly<Record<PayloadTable, string>> = { span_payload: 'block_id', payload: 'partition_id' };

interface Packed {
  readonly data: Uint8Array;
  /** A block of spans, a partition of logs; null: the table had none yet. */
  readonly place: number | null;
}

/** Large enough to pack well, small enough to unpack for one span. */
const MAX_BYTES = 64 * 1024;
const MAX_RECORDS = 1_000;
/** Numbers that `payload_block` gives at once. */
const BLOCK = 64;
const NONE: PayloadRef = { payload: 0, index: 0 };

/** Numbers of payloads: taken from the sequence in blocks, used one by one. */
export class PayloadNumbers {
  private free: number[] = [];

  async take(tx: SqlClient, count: number): Promise<number[]> {
    if (this.free.length < count) {
      const blocks = Math.ceil((count - this.free.length) / BLOCK);
      const rows = await tx.query("select nextval('payload_block') as first from generate_series(1, $1::int4)", [
        blocks,
      ]);
      for (const { first } of decodeRows({ first: INT8 }, rows)) {
        for (let i = 0; i < BLOCK; i++) this.free.push(Number(first) + i);
      }
    }
    return this.free.splice(0, count);
  }
}

export class PayloadWriter {
  private readonly packed: Packed[] = [];
  private place: number | null = null;
  private bytes = new Uint8Array(16 * 1024);
  private length = 0;
  private records = 0;

  constructor(private readonly codec: PayloadCodec) {}

  /** What is added from now on belongs to this block of spans, or partition of logs: no payload is shared by two. */
  moveTo(place: number): void {
    if (place === this.place) return;
    this.flush();
    this.place = place;
  }

  /** Adds those parts of a record that have no number. */
  add(parts: RecordParts, record: number, ids: Int32Array): PayloadRef {
    const first = record === 0 ? 0 : (parts.partEnd[record - 1] as number);
    const last = parts.partEnd[record] as number;
    let size = 0;
    for (let i = first; i < last; i++) size += this.sizeOf(parts, parts.part[i] as number, ids);
    if (size === 0) return NONE;
    const ref = this.begin(size);
    for (let i = first; i < last; i++) this.writePart(parts, parts.part[i] as number, ids);
    return ref;
  }

  /** Adds a record as another payload had it. */
  addRecord(bytes: Uint8Array): PayloadRef {
    const ref = this.begin(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
    return ref;
  }

  /** Stores what was added. @returns the number in the database by number in this writer */
  async write(
    tx: SqlClient,
    workspaceId: number,
    numbers: PayloadNumbers,
    table: PayloadTable,
  ): Promise<readonly number[]> {
    this.flush();
    if (this.packed.length === 0) return [0];
    const ids = await numbers.take(tx, this.packed.length);
    const columns = ['workspace_id', 'id', 'data'];
    if (this.place !== null) columns.push(PLACE_COLUMNS[table]);
    const copy = new CopyWriter(this.packed.reduce((sum, { data }) => sum + data.length + 40, 64));
    for (const [i, { data, place }] of this.packed.entries()) {
      copy.row(columns.length);
      copy.int4(workspaceId);
      copy.int4(ids[i] as number);
      copy.data(data, 0, data.length);
      if (place !== null) copy.int4(place);
    }
    await tx.copyIn(table, columns, copy.finish());
    return [0, ...ids];
  }

  private begin(size: number): PayloadRef {
    if (this.records > 0 && (this.length + size > MAX_BYTES || this.records === MAX_RECORDS)) this.flush();
    this.reserve(size + 5);
    this.varint(size);
    return { payload: this.packed.length + 1, index: this.records++ };
  }

  private flush(): void {
    if (this.records === 0) return;
    this.packed.push({ data: this.codec.pack(this.bytes.subarray(0, this.length)), place: this.place });
    this.length = 0;
    this.records = 0;
  }

  private sizeOf(parts: RecordParts, part: number, ids: Int32Array): number {
    if ((ids[part] as number) > 0) return 0;
    const size = (parts.end[part] as number) - this.dataStart(parts, part, ids);
    return size + varintSize(size);
  }

  private writePart(parts: RecordParts, part: number, ids: Int32Array): void {
    if ((ids[part] as number) > 0) return;
    const start = this.dataStart(parts, part, ids);
    const end = parts.end[part] as number;
    this.varint(end - start);
    this.bytes.set(parts.bytes.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** Of an attribute whose key has a number only the value is written. */
  private dataStart(parts: RecordParts, part: number, ids: Int32Array): number {
    const start = startOf(parts, part);
    return (ids[part] as number) < REST_IN_PAYLOAD ? valueStart(parts.bytes, start, parts.end[part] as number) : start;
  }

  private varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  private reserve(count: number): void {
    this.bytes = grown(this.bytes, this.length + count);
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) size++;
  return size;
}

/** An unpacked payload. Its records are walked over once, as far as they are asked for. */
export class Payload {
  /** Where each record known so far begins, and where the next would. */
  private readonly starts = [0];
  private folded: Uint8Array | 'other letters' | null = null;

  constructor(private readonly bytes: Uint8Array) {}

  /** In memory: once as it is, and in lower case once words were looked for. */
  get heldBytes(): number {
    return 2 * this.bytes.length;
  }

  /** Whether a record may have a text with this word, by its bytes alone. @param word ASCII in lower case */
  mayHold(index: number, word: Uint8Array): boolean {
    this.folded ??= foldedAscii(this.bytes);
    if (this.folded === 'other letters') return true;
    const size = { at: 0, value: 0 };
    this.seek(index, size);
    const last = size.at + size.value - word.length;
    for (let at = size.at; at <= last; at++) {
      at = this.folded.indexOf(word[0] as number, at);
      if (at < 0 || at > last) return false;
      let same = 1;
      while (same < word.length && this.folded[at + same] === word[same]) same++;
      if (same === word.length) return true;
    }
    return false;
  }

  /** A record as it stands here: what `addRecord` takes. */
  record(index: number): Uint8Array {
    const size = { at: 0, value: 0 };
    this.seek(index, size);
    return this.bytes.subarray(size.at, size.at + size.value);
  }

  /** The parts of a record. */
  parts(index: number): Uint8Array[] {
    const size = { at: 0, value: 0 };
    const parts: Uint8Array[] = [];
    this.seek(index, size);
    const end = size.at + size.value;
    for (let at = size.at; at < end; at = size.at + size.value) {
      this.readSize(size, at);
      parts.push(this.bytes.subarray(size.at, size.at + size.value));
    }
    return parts;
  }

  /** The size of a record, and where it begins. */
  private seek(index: number, into: { at: number; value: number }): void {
    while (this.starts.length <= index) {
      this.readSize(into, this.starts.at(-1) as number);
      this.starts.push(into.at + into.value);
    }
    this.readSize(into, this.starts[index] as number);
  }

  /** A varint, and where what follows it begins. */
  private readSize(into: { at: number; value: number }, from: number): void {
    into.at = from;
    into.value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[into.at++];
      if (byte === undefined) throw new Error('a payload ends in the middle of a record');
      into.value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return;
    }
  }
}

/** In lower case; what is not ASCII stays, and where something else may be read as ASCII (full-width letters, escapes of JSON) nothing is said. */
function foldedAscii(bytes: Uint8Array): Uint8Array | 'other letters' {
  const folded = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    folded[i] = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    if (isReadAsAscii(bytes, i)) return 'other letters';
  }
  return folded;
}

/** The signs of Kelvin and of a dotted I, full-width letters and digits, and any of these escaped (core/search/letters.ts, escaped-text.ts). */
function isReadAsAscii(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at] as number;
  if (byte < 0x80) return byte === 0x5c && isEscapedAscii(bytes, at + 1);
  const next = bytes[at + 1] ?? 0;
  if (byte === 0x84) return next === 0xaa;
  if (byte === 0xc4) return next === 0xb0;
  if (byte !== 0xef || (next !== 0xbc && next !== 0xbd)) return false;
  return isWordAscii((next === 0xbc ? 0x20 : 0x60) + ((bytes[at + 2] ?? 0) - 0x80));
}

/** From the letter of an escape on. */
function isEscapedAscii(bytes: Uint8Array, at: number): boolean {
  const letter = bytes[at];
  const digits = letter === 0x75 ? 4 : letter === 0x78 ? 2 : letter === 0x55 ? 8 : 0;
  if (digits === 0) return false;
  const code = Number.parseInt(String.fromCharCode(...bytes.subarray(at + 1, at + 1 + digits)), 16);
  if (code === 0x212a || code === 0x130) return true;
  return isWordAscii(code > 0xff00 && code < 0xff5f ? code - 0xfee0 : code);
}

/** Payloads of a block of spans by number. @param ids null: all */
export async function readPayloads(
  tx: SqlClient,
  codec: PayloadCodec,
  workspaceId: number,
  block: number,
  ids: readonly number[] | null,
): Promise<ReadonlyMap<number, Payload>> {
  const rows = await tx.query(
    `select id, data from span_payload
     where workspace_id = $1 and block_id = $2 and ($3::int4[] is null or id = any($3::int4[]))`,
    [workspaceId, block, ids],
  );
  const decoded = decodeRows({ id: INT4, data: BYTEA }, rows);
  return new Map(decoded.map(({ id, data }) => [id, new Payload(codec.unpack(data))]));
}
