/** Puts the parts of records together again, from the dictionary and the payloads (see payloads.ts). */
import { WireWriter } from '../../otlp/wire-writer';
import { RAW_IN_PAYLOAD, REST_IN_PAYLOAD, REST_KEY } from '../dictionary/part-ids';
import { CopyReader } from '../sql/copy-binary';
import { HeldRows } from '../sql/held-rows';
import { BYTEA, decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { LostPartError } from './lost-part-error';
import { Payload, type PayloadCodec } from './payloads';

export interface StoredParts {
  readonly attributes: readonly number[];
  readonly payloadId: number;
  readonly payloadIndex: number;
  /** Of a span: its payload is among those of its block. Null: of a log record. */
  readonly blockId: number | null;
}

/** Field number of the attributes in the message of a record. */
export const SPAN_ATTRIBUTES = 9;
export const LOG_ATTRIBUTES = 6;

/** Entries of the dictionary, names of keys and unpacked payloads held by a reader that lives on: none of them ever changes. */
const MAX_HELD = { dictionary: 20_000, keys: 20_000, payloads: 16 } as const;
/** A payload is of 64 KiB, but where a single record is larger, as large as that. */
const MAX_HELD_BYTES = 4 * 1024 * 1024;

const encoder = new TextEncoder();

interface Entry {
  readonly keyId: number;
  readonly message: Uint8Array;
}

/** The parts of records as one message each: attributes in their order, then the rest. */
export class PartReader {
  private readonly entries = new HeldRows<Entry>(MAX_HELD.dictionary);
  private readonly keyNames = new HeldRows<string>(MAX_HELD.keys);
  /** Of spans: numbers of payloads of logs are others. */
  private readonly unpacked = heldPayloads();
  private readonly unpackedOfLogs = heldPayloads();

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly codec: PayloadCodec,
  ) {}

  async messages(records: readonly StoredParts[], attributeField: number): Promise<Uint8Array[]> {
    const dictionary = await this.dictionary(records);
    const keys = await this.keys(records);
    const payloads = await this.payloads(records);
    return records.map((record) => {
      const writer = new WireWriter(256);
      const parts = payloads.get(record.payloadId)?.parts(record.payloadIndex) ?? [];
      const next = (): Uint8Array => {
        const part = parts.shift();
        if (!part) throw new LostPartError(`payload ${record.payloadId} lacks a part of record ${record.payloadIndex}`);
        return part;
      };
      for (const element of record.attributes) {
        if (element > 0) {
          const entry = must(dictionary, element, 'attribute');
          if (entry.keyId === REST_KEY) writer.raw(entry.message);
          else writer.data(attributeField, entry.message);
        } else if (element === REST_IN_PAYLOAD) writer.raw(next());
        else if (element === RAW_IN_PAYLOAD) writer.data(attributeField, next());
        else {
          writer.message(attributeField, (pair) => {
            pair.string(1, must(keys, -element, 'attribute key'));
            pair.data(2, next());
          });
        }
      }
      return writer.finish();
    });
  }

  /** Of each record which of the words its payload may hold, by its bytes. @param words ASCII in lower case */
  async wordsMaybeIn(records: readonly StoredParts[], words: readonly string[]): Promise<ReadonlySet<string>[]> {
    const payloads = await this.payloads(records);
    const encoded = words.map((word) => [word, encoder.encode(word)] as const);
    return records.map(({ payloadId, payloadIndex }) => {
      const payload = payloads.get(payloadId);
      return new Set(
        payload ? encoded.flatMap(([word, bytes]) => (payload.mayHold(payloadIndex, bytes) ? word : [])) : [],
      );
    });
  }

  /** Of each record what stands in its payload, in order. */
  async payloadParts(records: readonly StoredParts[]): Promise<Uint8Array[][]> {
    const payloads = await this.payloads(records);
    return records.map(({ payloadId, payloadIndex }) => payloads.get(payloadId)?.parts(payloadIndex) ?? []);
  }

  private async dictionary(records: readonly StoredParts[]): Promise<ReadonlyMap<number, Entry>> {
    const ids = distinct(records, (element) => (element > 0 ? element : null));
    return this.entries.of(ids, async (missing) => {
      const rows = await this.sql.query(
        'select id, key_id, message from attribute where workspace_id = $1 and id = any($2::int4[])',
        [this.workspaceId, missing],
      );
      const decoded = decodeRows({ id: INT4, key_id: INT4, message: BYTEA }, rows);
      return decoded.map(({ id, key_id, message }) => [id, { keyId: key_id, message }]);
    });
  }

  private async keys(records: readonly StoredParts[]): Promise<ReadonlyMap<number, string>> {
    const ids = distinct(records, (element) => (element < REST_IN_PAYLOAD ? -element : null));
    return this.keyNames.of(ids, async (missing) => {
      const rows = await this.sql.query(
        'select id, key from attribute_key where workspace_id = $1 and id = any($2::int4[])',
        [this.workspaceId, missing],
      );
      return decodeRows({ id: INT4, key: TEXT }, rows).map(({ id, key }) => [id, key]);
    });
  }

  private async payloads(records: readonly StoredParts[]): Promise<ReadonlyMap<number, Payload>> {
    const used = records.filter(({ payloadId }) => payloadId !== 0);
    const ids = [...new Set(used.map(({ payloadId }) => payloadId))];
    const blocks = [...new Set(used.flatMap(({ blockId }) => (blockId === null ? [] : [blockId])))];
    if (blocks.length === 0) return this.unpackedOfLogs.of(ids, (missing) => this.logPayloads(missing));
    return this.unpacked.of(ids, async (missing) => {
      // As binary COPY: megabytes of bytea as hex cost more than reading them. Numbers of ours may stand in SQL.
      const reader = new CopyReader(
        await this.sql.copyOut(
          `select id, data from span_payload where workspace_id = ${this.workspaceId}
             and block_id = any('{${blocks.join(',')}}'::int4[]) and id = any('{${missing.join(',')}}'::int4[])`,
        ),
      );
      const found: [number, Payload][] = [];
      while (reader.next()) found.push([reader.int4(), new Payload(this.codec.unpack(reader.data()))]);
      return found;
    });
  }

  private async logPayloads(ids: readonly number[]): Promise<[number, Payload][]> {
    const rows = await this.sql.query('select id, data from payload where workspace_id = $1 and id = any($2::int4[])', [
      this.workspaceId,
      ids,
    ]);
    return decodeRows({ id: INT4, data: BYTEA }, rows).map(({ id, data }) => [
      id,
      new Payload(this.codec.unpack(data)),
    ]);
  }
}

function heldPayloads(): HeldRows<Payload> {
  return new HeldRows(MAX_HELD.payloads, MAX_HELD_BYTES, ({ heldBytes }) => heldBytes);
}

function distinct(records: readonly StoredParts[], pick: (element: number) => number | null): number[] {
  const picked = new Set<number>();
  for (const { attributes } of records) {
    for (const element of attributes) {
      const id = pick(element);
      if (id !== null) picked.add(id);
    }
  }
  return [...picked];
}

function must<T>(map: ReadonlyMap<number, T>, id: number, what: string): T {
  const value = map.get(id);
  if (value === undefined) throw new LostPartError(`${what} ${id} is not in the database`);
  return value;
}
