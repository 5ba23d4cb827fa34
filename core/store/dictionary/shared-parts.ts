/**
 * What spans share, by number: operations, resources and scopes. As many as memory should have are held; of the others a condition
 * says that one has to look, and spans that have them bring them along.
 */
import type { KeyValue } from '../../model/json-types';
import { decodeResource, decodeScope } from '../../otlp/proto-to-json';
import { BYTEA, decodeRows, INT4, INT8, TEXT } from '../sql/row-spec';
import type { SqlClient, SqlRow, SqlStatements } from '../sql/sql-client';

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

/** Entries of each kind that are held at once, and bytes of their messages. */
export interface HeldLimits {
  readonly operations: number;
  readonly messages: number;
  readonly messageBytes: number;
}

export const HELD: HeldLimits = { operations: 100_000, messages: 20_000, messageBytes: 8_000_000 };

/** Rows of one statement: some milliseconds. */
const PAGE = 2_000;

/** Entries that are read anew after something was pruned: fewer are no burden. */
export const WORTH_READING = 5_000;

interface Read<T> {
  readonly id: number;
  readonly bytes: number;
  readonly value: T;
}

/** How a kind is read: FROM clause with the id, as `d.id`. */
interface Source<T> {
  readonly select: string;
  readonly decode: (rows: readonly SqlRow[]) => readonly Read<T>[];
}

const OPERATIONS: Source<KnownOperation> = {
  select:
    'select d.id, d.name, d.kind::int4 as kind, s.name as service from operation d join service s on s.id = d.service_id',
  decode: (rows) =>
    decodeRows({ id: INT4, name: TEXT, kind: INT4, service: TEXT }, rows).map(({ id, ...value }) => {
      return { id, bytes: 0, value };
    }),
};

const SERVICES: Source<string> = {
  select: 'select d.id, d.name from service d',
  decode: (rows) => decodeRows({ id: INT4, name: TEXT }, rows).map(({ id, name }) => ({ id, bytes: 0, value: name })),
};

function messages<T>(table: 'resource' | 'scope', decode: (message: Uint8Array) => T): Source<T> {
  return {
    select: `select d.id, d.message from ${table} d`,
    decode: (rows) =>
      decodeRows({ id: INT4, message: BYTEA }, rows).map(({ id, message }) => {
        return { id, bytes: message.length, value: decode(message) };
      }),
  };
}

/** What is held of a kind: all up to a number. */
interface Held<T> {
  readonly known: Map<number, T>;
  bytes: number;
  last: number;
  /** Whether there was no more. */
  whole: boolean;
}

/** One kind. What is held is the oldest. */
export class SharedPart<T> {
  private state: Held<T> = { known: new Map(), bytes: 0, last: 0, whole: true };

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly source: Source<T>,
    private readonly most: number,
    private readonly mostBytes: number,
  ) {}

  get held(): ReadonlyMap<number, T> {
    return this.state.known;
  }

  /** All up to this number are held; null: all there were. */
  get heldTo(): number | null {
    return this.state.whole ? null : this.state.last;
  }

  /** Reads what is new, as far as there is room. @param anew of what is held, much may be gone: until all is read, it stays */
  async refresh(anew: boolean): Promise<void> {
    const state: Held<T> = anew ? { known: new Map(), bytes: 0, last: 0, whole: true } : this.state;
    while (state.whole) {
      const { some, isLast } = await this.after(state.last);
      for (const { id, bytes, value } of some) {
        if (state.known.size >= this.most || state.bytes + bytes > this.mostBytes) {
          state.whole = false;
          break;
        }
        state.known.set(id, value);
        state.bytes += bytes;
        state.last = Math.max(state.last, id);
      }
      if (isLast) break;
    }
    this.state = state;
  }

  /** The next few by number, whether they are held or not. */
  async after(id: number): Promise<{ readonly some: readonly Read<T>[]; readonly isLast: boolean }> {
    const rows = await this.sql.query(
      `${this.source.select} where d.workspace_id = $1 and d.id > $2 order by d.id limit ${PAGE}`,
      [this.workspaceId, id],
    );
    return { some: this.source.decode(rows), isLast: rows.length < PAGE };
  }

  /** These by number, whether they are held or not. @param sql the transaction that asks, which other statements may wait for */
  async of(ids: Iterable<number>, sql: SqlStatements = this.sql): Promise<(id: number) => T | undefined> {
    const { known } = this.state;
    const missing = new Set<number>();
    for (const id of ids) if (id > 0 && !known.has(id)) missing.add(id);
    if (missing.size === 0) return (id) => known.get(id);
    const found = new Map<number, T>();
    const wanted = [...missing];
    for (let i = 0; i < wanted.length; i += PAGE) {
      const rows = await sql.query(`${this.source.select} where d.workspace_id = $1 and d.id = any($2::int4[])`, [
        this.workspaceId,
        wanted.slice(i, i + PAGE),
      ]);
      for (const { id, value } of this.source.decode(rows)) found.set(id, value);
    }
    return (id) => known.get(id) ?? found.get(id);
  }
}

/** Of messages, how many are held and how many bytes of them. */
type MessageLimits = Pick<HeldLimits, 'messages' | 'messageBytes'>;

export function serviceNames(sql: SqlClient, workspaceId: number, most: number): SharedPart<string> {
  return new SharedPart(sql, workspaceId, SERVICES, most, Number.POSITIVE_INFINITY);
}

export function resourceAttributes(
  sql: SqlClient,
  workspaceId: number,
  { messages: most, messageBytes }: MessageLimits,
): SharedPart<readonly KeyValue[]> {
  const attributesOf = (message: Uint8Array): readonly KeyValue[] => decodeResource(message).attributes;
  return new SharedPart(sql, workspaceId, messages('resource', attributesOf), most, messageBytes);
}

export function scopesSaying<T>(
  sql: SqlClient,
  workspaceId: number,
  { messages: most, messageBytes }: MessageLimits,
  read: (scope: KnownScope) => T,
): SharedPart<T> {
  return new SharedPart(
    sql,
    workspaceId,
    messages('scope', (message) => read(decodeScope(message))),
    most,
    messageBytes,
  );
}

/** Parts that are read up together, one reading after the other. */
export class FreshParts {
  /** The last pruning that was seen. */
  private pruning = 0n;
  /** One that began before ours may lack what we have to see. */
  private refreshed: Promise<void> = Promise.resolve();

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly parts: readonly Pick<SharedPart<unknown>, 'held' | 'refresh'>[],
  ) {}

  /** Reads what is new. */
  refresh(): Promise<void> {
    const read = this.refreshed.then(() => this.readNew());
    this.refreshed = read.catch(() => {});
    return read;
  }

  /** How many entries are in memory. */
  get size(): number {
    return this.parts.reduce((sum, { held }) => sum + held.size, 0);
  }

  private async readNew(): Promise<void> {
    const pruning = await lastPruning(this.sql, this.workspaceId);
    // Held, names that went with what was pruned would stay for ever.
    const anew = pruning > this.pruning && this.size >= WORTH_READING;
    for (const part of this.parts) await part.refresh(anew);
    // Last: what failed is read anew the next time.
    this.pruning = pruning;
  }
}

export async function lastPruning(sql: SqlClient, workspaceId: number): Promise<bigint> {
  const rows = await sql.query('select coalesce(max(id), 0)::int8 as id from pruning where workspace_id = $1', [
    workspaceId,
  ]);
  return decodeRows({ id: INT8 }, rows)[0]?.id ?? 0n;
}

export interface SharedIds {
  readonly operation_id: number;
  readonly resource_id: number;
  readonly scope_id: number;
}

/** What some spans share. */
export interface Shared {
  readonly operation: (id: number) => KnownOperation | undefined;
  readonly resource: (id: number) => readonly KeyValue[] | undefined;
  readonly scope: (id: number) => KnownScope | undefined;
}

export class SharedParts {
  readonly operations: SharedPart<KnownOperation>;
  readonly resources: SharedPart<readonly KeyValue[]>;
  readonly scopes: SharedPart<KnownScope>;

  constructor(sql: SqlClient, workspaceId: number, limits: HeldLimits) {
    this.operations = new SharedPart(sql, workspaceId, OPERATIONS, limits.operations, limits.messageBytes);
    this.resources = resourceAttributes(sql, workspaceId, limits);
    this.scopes = scopesSaying(sql, workspaceId, limits, (scope) => scope);
  }

  /** How many entries are in memory. */
  get size(): number {
    return this.operations.held.size + this.resources.held.size + this.scopes.held.size;
  }

  async refresh(anew: boolean): Promise<void> {
    for (const part of [this.operations, this.resources, this.scopes]) await part.refresh(anew);
  }

  /** What these rows name. @param sql the transaction that asks */
  async of(rows: readonly SharedIds[], sql: SqlStatements): Promise<Shared> {
    return {
      operation: await this.operations.of(idsOf(rows, 'operation_id'), sql),
      resource: await this.resources.of(idsOf(rows, 'resource_id'), sql),
      scope: await this.scopes.of(idsOf(rows, 'scope_id'), sql),
    };
  }
}

function* idsOf(rows: readonly SharedIds[], column: keyof SharedIds): Generator<number> {
  for (const row of rows) yield row[column];
}
