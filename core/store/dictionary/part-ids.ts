/**
 * The dictionary of attributes: which parts of a record are numbers into `attribute`, and which stand in the payload. A value
 * is worth a number when it is short and its key does not have too many; the others cost less packed. Held in memory whole, so
 * that a part known costs one hash.
 */
import { ByteTable } from '../../model/byte-table';
import { hexFromBytes } from '../../model/ids';
import { PART_REST, type RecordParts } from '../../model/record-parts';
import { BYTEA, decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { NO_VALUE, SEARCHABLE_TYPES, searchable } from './attribute-values';
import { wordsLiteral } from './older-words';
import type { UsedNames } from './used-names';

/** The part's key and value are in the payload. */
export const RAW_IN_PAYLOAD = 0;
/** The part is the rest of a message, in the payload. */
export const REST_IN_PAYLOAD = -1;
/** `attribute_key.id` of the rest of a message. */
export const REST_KEY = 1;

const MAX_BYTES = 128;
export const MAX_VALUES_PER_KEY = 10_000;
export const MAX_KEYS = 20_000;
export const MAX_ENTRIES = 250_000;

interface Key {
  readonly name: string;
  id: number;
  values: number;
}

interface Fresh {
  readonly part: number;
  readonly key: Key;
  readonly message: Uint8Array;
}

export class PartIds {
  private loaded = false;
  private attributes = new IdTable();
  private rests = new IdTable();
  private keyNames = new ByteTable();
  private keys: Key[] = [];
  /** Asked for each value in a payload. */
  private readonly keysById = new Map<number, Key>();
  private readonly newKeys = new Set<Key>();
  private restKey: Key = { name: '', id: REST_KEY, values: 0 };
  /** Told of every number that is given out while a sweep is under way; null: none is. */
  private watch: UsedNames | null = null;

  constructor(private readonly workspaceId: number) {}

  /** Forgets everything: the transaction that made some of it did not commit. */
  rolledBack(): void {
    this.loaded = false;
  }

  /** Until it is called with null, what is given out is in use. */
  watchedBy(watch: UsedNames | null): void {
    this.watch = watch;
  }

  /** These values are taken out of the database. @param keys how many of them each key had */
  forgetValues(ids: ReadonlySet<number>, keys: ReadonlyMap<number, number>): void {
    for (const table of [this.attributes, this.rests]) table.forget(ids);
    for (const key of [...this.keys, this.restKey]) key.values -= keys.get(key.id) ?? 0;
  }

  /** These keys, which have no values, are taken out of the database. */
  forgetKeys(ids: ReadonlySet<number>): void {
    const kept = this.keys.filter(({ id }) => !ids.has(id));
    if (kept.length === this.keys.length) return;
    this.keyNames = new ByteTable();
    this.keys = [];
    this.keysById.clear();
    for (const key of kept) this.addKey(new TextEncoder().encode(key.name), key);
  }

  /** The name of a key that has a number. */
  keyName(id: number): string | null {
    return this.keysById.get(id)?.name ?? null;
  }

  /** @returns by part: a number above 0 in `attribute`, or where in the payload the part goes. */
  async resolve(tx: SqlClient, parts: RecordParts): Promise<Int32Array> {
    if (!this.loaded) await this.load(tx);
    const ids = await this.idsOf(tx, parts);
    if (this.watch) for (const id of ids) this.watch.addElement(id);
    return ids;
  }

  private async idsOf(tx: SqlClient, parts: RecordParts): Promise<Int32Array> {
    const ids = new Int32Array(parts.kind.length);
    const unknown: number[] = [];
    for (let part = 0; part < ids.length; part++) {
      const table = parts.kind[part] === PART_REST ? this.rests : this.attributes;
      const id = table.get(parts.bytes, startOf(parts, part), parts.end[part] as number);
      if (id > 0) ids[part] = id;
      else unknown.push(part);
    }
    if (unknown.length === 0) return ids;
    const keys = unknown.map((part) => (parts.kind[part] === PART_REST ? this.restKey : this.keyOf(parts, part)));
    await this.makeKeys(tx);
    const fresh: Fresh[] = [];
    for (const [i, part] of unknown.entries()) {
      const key = keys[i] ?? null;
      const start = startOf(parts, part);
      const end = parts.end[part] as number;
      if (key !== null && end - start <= MAX_BYTES && this.hasRoomFor(key)) {
        key.values++;
        fresh.push({ part, key, message: parts.bytes.subarray(start, end) });
      } else if (key === this.restKey) ids[part] = REST_IN_PAYLOAD;
      else ids[part] = key !== null && valueStart(parts.bytes, start, end) > 0 ? -key.id : RAW_IN_PAYLOAD;
    }
    if (fresh.length > 0) await this.make(tx, fresh, ids);
    return ids;
  }

  private hasRoomFor(key: Key): boolean {
    return key.values < MAX_VALUES_PER_KEY && this.attributes.count + this.rests.count < MAX_ENTRIES;
  }

  /** The key of an attribute, or null when it cannot have one. A new one has no id until `makeKeys`. */
  private keyOf(parts: RecordParts, part: number): Key | null {
    const start = startOf(parts, part);
    const end = keyEnd(parts.bytes, start, parts.end[part] as number);
    if (end < 0) return null;
    const found = this.keyNames.find(parts.bytes, start + 2, end);
    if (found >= 0) return this.keys[found] as Key;
    const name = asText(parts.bytes.subarray(start + 2, end));
    if (name === null || this.keys.length >= MAX_KEYS) return null;
    const key: Key = { name, id: 0, values: 0 };
    this.keys[this.keyNames.add(parts.bytes, start + 2, end)] = key;
    this.newKeys.add(key);
    return key;
  }

  private async makeKeys(tx: SqlClient): Promise<void> {
    const missing = [...this.newKeys];
    if (missing.length === 0) return;
    this.newKeys.clear();
    const names = missing.map(({ name }) => name);
    await tx.execute(
      `insert into attribute_key (workspace_id, key) select $1, key from unnest($2::text[]) as input (key)
       on conflict do nothing`,
      [this.workspaceId, names],
    );
    const rows = await tx.query(
      'select id, key, value_count from attribute_key where workspace_id = $1 and key = any($2::text[])',
      [this.workspaceId, names],
    );
    const byName = new Map(missing.map((key) => [key.name, key]));
    for (const { id, key, value_count } of decodeRows({ id: INT4, key: TEXT, value_count: INT4 }, rows)) {
      const made = byName.get(key) as Key;
      made.id = id;
      this.keysById.set(id, made);
      made.values = value_count;
    }
  }

  private async make(tx: SqlClient, fresh: readonly Fresh[], ids: Int32Array): Promise<void> {
    const values = fresh.map(({ key, message }) => (key === this.restKey ? NO_VALUE : searchable(message)));
    const keyIds = fresh.map(({ key }) => key.id);
    const messages = fresh.map(({ message }) => hexFromBytes(message, 0, message.length));
    const made = await tx.query(
      `insert into attribute (workspace_id, key_id, message, text, number, type, words)
       select $1, key_id, decode(message, 'hex'), text, number, type, words::text[]
       from unnest($2::int4[], $3::text[], $4::text[], $5::float8[], $6::int2[], $7::text[])
         as input (key_id, message, text, number, type, words)
       on conflict do nothing returning id, key_id, encode(message, 'hex') as message`,
      [
        this.workspaceId,
        keyIds,
        messages,
        values.map(({ text }) => text),
        values.map(({ number }) => number),
        values.map(({ type }) => SEARCHABLE_TYPES.indexOf(type)),
        values.map(({ words }) => wordsLiteral(words)),
      ],
    );
    const place = new Map(fresh.map((_, i) => [`${keyIds[i]} ${messages[i]}`, i]));
    const set = (i: number, id: number): void => {
      const { part, key, message } = fresh[i] as Fresh;
      ids[part] = id;
      (key === this.restKey ? this.rests : this.attributes).set(message, id);
    };
    for (const { id, key_id, message } of decodeRows({ id: INT4, key_id: INT4, message: TEXT }, made)) {
      const found = `${key_id} ${message}`;
      set(place.get(found) as number, id);
      place.delete(found);
    }
    // Those that were there: few, as all are held in memory, and looked up by an index that may be one over all values of a key.
    if (place.size > 0) {
      const known = [...place.values()];
      const rows = await tx.query(
        `select a.id, i.at::int4 as at from unnest($2::int4[], $3::text[]) with ordinality as i (key_id, message, at),
         lateral (select id from attribute
           where workspace_id = $1 and key_id = i.key_id and message = decode(i.message, 'hex') limit 1) as a`,
        [this.workspaceId, known.map((i) => keyIds[i] as number), known.map((i) => messages[i] as string)],
      );
      for (const { id, at } of decodeRows({ id: INT4, at: INT4 }, rows)) set(known[at - 1] as number, id);
    }
    const keys = [...new Set(fresh.map(({ key }) => key))];
    for (const { id } of keys) this.watch?.add('attribute_key', id);
    await tx.execute(
      `update attribute_key k set value_count = i.value_count from unnest($2::int4[], $3::int4[]) as i (id, value_count)
       where k.workspace_id = $1 and k.id = i.id`,
      [this.workspaceId, keys.map(({ id }) => id), keys.map(({ values: count }) => count)],
    );
  }

  private addKey(name: Uint8Array, key: Key): void {
    this.keys[this.keyNames.add(name, 0, name.length)] = key;
    this.keysById.set(key.id, key);
  }

  private async load(tx: SqlClient): Promise<void> {
    this.attributes = new IdTable();
    this.rests = new IdTable();
    this.restKey = { name: '', id: REST_KEY, values: 0 };
    this.keyNames = new ByteTable();
    this.keys = [];
    this.keysById.clear();
    this.newKeys.clear();
    const keys = await tx.query('select id, key, value_count from attribute_key where workspace_id = $1', [
      this.workspaceId,
    ]);
    for (const { id, key, value_count } of decodeRows({ id: INT4, key: TEXT, value_count: INT4 }, keys)) {
      const bytes = new TextEncoder().encode(key);
      this.addKey(bytes, { name: key, id, values: value_count });
    }
    const rows = await tx.query('select id, key_id, message from attribute where workspace_id = $1', [
      this.workspaceId,
    ]);
    for (const { id, key_id, message } of decodeRows({ id: INT4, key_id: INT4, message: BYTEA }, rows)) {
      if (key_id !== REST_KEY) this.attributes.set(message, id);
      else {
        this.rests.set(message, id);
        this.restKey.values++;
      }
    }
    this.loaded = true;
  }
}

/** Byte strings and the number of each; 0 for none. */
class IdTable {
  private table = new ByteTable(1024, 1 << 16);
  private ids: number[] = [];
  private forgotten = 0;

  get count(): number {
    return this.table.count - this.forgotten;
  }

  get(bytes: Uint8Array, start: number, end: number): number {
    const entry = this.table.find(bytes, start, end);
    return entry < 0 ? 0 : (this.ids[entry] as number);
  }

  set(bytes: Uint8Array, id: number): void {
    let entry = this.table.find(bytes, 0, bytes.length);
    if (entry < 0) entry = this.table.add(bytes, 0, bytes.length);
    else if (this.ids[entry] === 0) this.forgotten--;
    this.ids[entry] = id;
  }

  /** Their byte strings have no number until they come again. */
  forget(gone: ReadonlySet<number>): void {
    for (const [entry, id] of this.ids.entries()) {
      if (id === 0 || !gone.has(id)) continue;
      this.ids[entry] = 0;
      this.forgotten++;
    }
    if (this.forgotten > this.table.count / 2) this.compact();
  }

  private compact(): void {
    const { table, ids } = this;
    this.table = new ByteTable(1024, 1 << 16);
    this.ids = [];
    this.forgotten = 0;
    for (const [entry, id] of ids.entries()) {
      if (id === 0) continue;
      this.ids[this.table.add(table.bytes, table.start(entry), table.ends[entry] as number)] = id;
    }
  }
}

export function startOf(parts: RecordParts, part: number): number {
  return part === 0 ? 0 : (parts.end[part - 1] as number);
}

const KEY_TAG = 0x0a;
const VALUE_TAG = 0x12;

/** Where the key of a KeyValue message ends that begins with a key of at most 127 bytes, as encoders write it; else -1. */
function keyEnd(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 2 || bytes[start] !== KEY_TAG) return -1;
  const length = bytes[start + 1] as number;
  return length < 0x80 && start + 2 + length <= end ? start + 2 + length : -1;
}

/**
 * Where the AnyValue begins in a KeyValue message that is exactly a key and a value, so that both can be told apart and put
 * together again; else -1.
 */
export function valueStart(bytes: Uint8Array, start: number, end: number): number {
  let at = keyEnd(bytes, start, end);
  if (at < 0 || at >= end || bytes[at++] !== VALUE_TAG) return -1;
  let length = 0;
  for (let shift = 0; shift < 35 && at < end; shift += 7) {
    const byte = bytes[at++] as number;
    length += (byte & 0x7f) * 2 ** shift;
    // A length written longer than it needs would not come back as it was.
    if (byte < 0x80) return at + length === end && (byte !== 0 || shift === 0) ? at : -1;
  }
  return -1;
}

/** UTF-8 text that SQL can hold and give back as it was, or null. */
function asText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}
