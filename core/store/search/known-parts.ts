/**
 * What is known of dictionaries, in memory: what spans share (shared-parts.ts), and the values of attribute keys that were asked for.
 * Rows are added after the last; pruning takes some out, and then what is held is read anew.
 */

import type { SpanBody } from '../../model/json-types';
import { decodeSpanBody, readKeyValue } from '../../otlp/proto-to-json';
import { WireReader } from '../../otlp/wire-reader';
import type { PlainKnowledge } from '../../query/plain-search';
import { type Value, valueOfAny } from '../../query/traceql/values';
import type { SearchesKey } from '../../search/searched-keys';
import { REST_KEY } from '../dictionary/part-ids';
import { HELD, type HeldLimits, lastPruning, SharedParts, WORTH_READING } from '../dictionary/shared-parts';
import { BYTEA, decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { readPlainKnowledge } from './plain-knowledge';

/** The values of a key in the dictionary, by number. */
export interface KnownValues {
  readonly keyId: number;
  last: number;
  /** The newest attribute of any key when this one was read. */
  newest: number;
  readonly values: Map<number, Value | null>;
}

/** Values of keys held at once; those that rested longest are read again. */
const MAX_VALUES = 100_000;
/** Rows of one statement: some milliseconds. */
const PAGE = 2_000;

export class KnownParts {
  readonly shared: SharedParts;
  /** Rests of messages that are in the dictionary: short events and status messages. */
  rests: ReadonlyMap<number, SpanBody> = new Map();
  private lastRest = 0;
  /** The last pruning that was seen. */
  private pruning = 0n;
  private readonly keys = new Map<string, KnownValues>();
  /** The newest attribute of any key. */
  private newest = -1;
  /** Reads one after the other: one that began before ours may lack what we have to see. */
  private refreshed: Promise<void> = Promise.resolve();

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    /** Whose values a search for words looks into. */
    readonly searchesKey: SearchesKey,
    limits: HeldLimits = HELD,
  ) {
    this.shared = new SharedParts(sql, workspaceId, limits);
  }

  /** Reads what is new. */
  refresh(): Promise<void> {
    const read = this.refreshed.then(() => this.readNew());
    this.refreshed = read.catch(() => {});
    return read;
  }

  /** Null of a key that no span has in the dictionary or under its name in a payload. */
  async valuesOf(key: string): Promise<KnownValues | null> {
    // Each time: a key that was pruned has another number when it comes again.
    const found = await this.sql.query('select id from attribute_key where workspace_id = $1 and key = $2', [
      this.workspaceId,
      key,
    ]);
    const [row] = decodeRows({ id: INT4 }, found);
    if (!row || row.id === REST_KEY) return null;
    const held = this.keys.get(key);
    const known =
      held?.keyId === row.id ? held : { keyId: row.id, last: 0, newest: -1, values: new Map<number, Value | null>() };
    this.keys.delete(key);
    this.keys.set(key, known);
    if (known.newest < this.newest) {
      // As this answer sees it, which may be less than what another has seen.
      const newest = await this.newestAttribute();
      for (let more = true; more; ) {
        const rows = await this.entries(known.keyId, known.last);
        for (const { id, message } of rows) {
          known.values.set(id, valueOfAny(readKeyValue(new WireReader(message)).value));
          known.last = Math.max(known.last, id);
        }
        more = rows.length === PAGE;
      }
      known.newest = Math.max(known.newest, newest);
    }
    this.forget();
    return known;
  }

  /** Of what the search box says. */
  async plainKnowledge(keys: readonly string[], ids: readonly string[]): Promise<PlainKnowledge> {
    if (keys.length > 0) await this.refresh();
    const resources = [...this.shared.resources.held.values()];
    return readPlainKnowledge(this.sql, this.workspaceId, keys, ids, (key) =>
      resources.some((pairs) => pairs.some((pair) => pair.key === key)),
    );
  }

  /** Attributes of spans by their numbers; rests of messages are none. */
  async named(
    ids: readonly number[],
  ): Promise<{ readonly id: number; readonly field: string; readonly value: string }[]> {
    const rows = await this.sql.query(
      `select a.id, 'span.' || k.key as field, coalesce(a.text, '') as value
       from unnest($2::int4[]) as i (id), lateral (select * from attribute where id = i.id and workspace_id = $1 limit 1) a
         join attribute_key k on k.id = a.key_id where a.type > 0`,
      [this.workspaceId, ids],
    );
    return decodeRows({ id: INT4, field: TEXT, value: TEXT }, rows);
  }

  private forget(): void {
    let held = 0;
    for (const { values } of this.keys.values()) held += values.size;
    for (const [key, { values }] of this.keys) {
      if (held <= MAX_VALUES || this.keys.size === 1) break;
      held -= values.size;
      this.keys.delete(key);
    }
  }

  private async entries(keyId: number, after: number): Promise<{ id: number; message: Uint8Array }[]> {
    // The limit stands outside, or the planner walks all attributes by their number.
    const rows = await this.sql.query(
      `select id, message from (
         select id, message from attribute where workspace_id = $1 and key_id = $2 and id > $3 offset 0) a
       order by id limit ${PAGE}`,
      [this.workspaceId, keyId, after],
    );
    return decodeRows({ id: INT4, message: BYTEA }, rows);
  }

  private async readNew(): Promise<void> {
    const pruning = await lastPruning(this.sql, this.workspaceId);
    const isPruned = pruning > this.pruning;
    if (isPruned) this.keys.clear();
    // Held, names that went with what was pruned would stay for ever.
    const anew = isPruned && this.shared.size + this.rests.size >= WORTH_READING;
    await this.shared.refresh(anew);
    const newest = await this.newestAttribute();
    if (newest <= this.newest && !anew) {
      this.pruning = pruning;
      return;
    }
    // Who asks at the same time keeps what there was until all is read.
    const rests = new Map(anew ? [] : this.rests);
    let last = anew ? 0 : this.lastRest;
    for (let more = true; more; ) {
      const rows = await this.entries(REST_KEY, last);
      for (const { id, message } of rows) {
        rests.set(id, decodeSpanBody(message));
        last = Math.max(last, id);
      }
      more = rows.length === PAGE;
    }
    this.rests = rests;
    this.lastRest = last;
    this.newest = Math.max(this.newest, newest);
    // Last: what failed is read anew the next time.
    this.pruning = pruning;
  }

  private async newestAttribute(): Promise<number> {
    const rows = await this.sql.query('select coalesce(max(id), 0) as id from attribute');
    return decodeRows({ id: INT4 }, rows)[0]?.id ?? 0;
  }
}
