/**
 * What spans share, in memory: operations, resources and scopes by number, and the values of attribute keys that were asked for.
 * Rows are only ever added, so each read asks for those after the last. Answers that see different states share them: what one of
 * them cannot see yet does no harm, and what is known is never taken back.
 */

import type { KeyValue, SpanBody } from '../../otlp/json-types';
import { decodeResource, decodeScope, decodeSpanBody, readKeyValue } from '../../otlp/proto-to-json';
import { WireReader } from '../../otlp/wire-reader';
import { type Value, valueOfAny } from '../../query/traceql/values';
import type { SearchesKey } from '../../search/searched-keys';
import { REST_KEY } from '../part-ids';
import { BYTEA, decodeRows, INT4, TEXT } from '../row-spec';
import type { SqlClient } from '../sql-client';

export interface KnownOperation {
  readonly name: string;
  readonly kind: number;
  readonly service: string;
}

export interface KnownScope {
  readonly name: string;
  readonly version: string;
  readonly attributes: readonly KeyValue[];
}

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
  readonly operations = new Map<number, KnownOperation>();
  readonly resources = new Map<number, readonly KeyValue[]>();
  readonly scopes = new Map<number, KnownScope>();
  /** Rests of messages that are in the dictionary: short events and status messages. */
  readonly rests = new Map<number, SpanBody>();
  private readonly last = { operation: 0, resource: 0, scope: 0, rest: 0 };
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
  ) {}

  /** Reads what is new. */
  refresh(): Promise<void> {
    const read = this.refreshed.then(() => this.readNew());
    this.refreshed = read.catch(() => {});
    return read;
  }

  /** Null of a key that no span has in the dictionary or under its name in a payload. */
  async valuesOf(key: string): Promise<KnownValues | null> {
    let known = this.keys.get(key);
    if (known) {
      this.keys.delete(key);
    } else {
      const rows = await this.sql.query('select id from attribute_key where workspace_id = $1 and key = $2', [
        this.workspaceId,
        key,
      ]);
      const [row] = decodeRows({ id: INT4 }, rows);
      if (!row || row.id === REST_KEY) return null;
      known = { keyId: row.id, last: 0, newest: -1, values: new Map() };
    }
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
    const operations = await this.sql.query(
      `select o.id, o.name, o.kind::int4 as kind, s.name as service from operation o join service s on s.id = o.service_id
       where o.workspace_id = $1 and o.id > $2 order by o.id`,
      [this.workspaceId, this.last.operation],
    );
    for (const { id, ...operation } of decodeRows({ id: INT4, name: TEXT, kind: INT4, service: TEXT }, operations)) {
      this.operations.set(id, operation);
      this.last.operation = Math.max(this.last.operation, id);
    }
    for (const { id, message } of await this.messages('resource', this.last.resource)) {
      this.resources.set(id, decodeResource(message).attributes);
      this.last.resource = Math.max(this.last.resource, id);
    }
    for (const { id, message } of await this.messages('scope', this.last.scope)) {
      this.scopes.set(id, decodeScope(message));
      this.last.scope = Math.max(this.last.scope, id);
    }
    const newest = await this.newestAttribute();
    for (let more = newest > this.newest; more; ) {
      const rows = await this.entries(REST_KEY, this.last.rest);
      for (const { id, message } of rows) {
        this.rests.set(id, decodeSpanBody(message));
        this.last.rest = Math.max(this.last.rest, id);
      }
      more = rows.length === PAGE;
    }
    this.newest = Math.max(this.newest, newest);
  }

  private async newestAttribute(): Promise<number> {
    const rows = await this.sql.query('select coalesce(max(id), 0) as id from attribute');
    return decodeRows({ id: INT4 }, rows)[0]?.id ?? 0;
  }

  private async messages(
    table: 'resource' | 'scope',
    after: number,
  ): Promise<{ readonly id: number; readonly message: Uint8Array }[]> {
    const rows = await this.sql.query(
      `select id, message from ${table} where workspace_id = $1 and id > $2 order by id`,
      [this.workspaceId, after],
    );
    return decodeRows({ id: INT4, message: BYTEA }, rows);
  }
}
