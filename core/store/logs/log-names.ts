/** What resources, scopes and services say, by number: read once, and from then on only what is new. */
import type { KeyValue } from '../../model/json-types';
import { decodeResource, decodeScope } from '../../otlp/proto-to-json';
import { BYTEA, decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

/** Rows of one statement. */
const PAGE = 2_000;

/** Numbers are given out in order by one writer, and never again: what was read stays true, and what was pruned matches no record. */
class Book<T> {
  readonly held = new Map<number, T>();
  private last = 0;
  private reading: Promise<void> = Promise.resolve();

  constructor(private readonly read: (after: number) => Promise<readonly (readonly [number, T])[]>) {}

  /** @returns all there are */
  current(): Promise<ReadonlyMap<number, T>> {
    const read = this.reading.then(() => this.readNew());
    this.reading = read.catch(() => {});
    return read.then(() => this.held);
  }

  /** Numbers of those that a test holds for. */
  async where(test: (one: T) => boolean): Promise<number[]> {
    return [...(await this.current())].flatMap(([id, one]) => (test(one) ? [id] : []));
  }

  private async readNew(): Promise<void> {
    for (let more = true; more; ) {
      const rows = await this.read(this.last);
      for (const [id, one] of rows) {
        this.held.set(id, one);
        this.last = Math.max(this.last, id);
      }
      more = rows.length === PAGE;
    }
  }
}

export class LogNames {
  readonly services: Book<string>;
  /** By name. */
  readonly scopes: Book<string>;
  readonly resources: Book<readonly KeyValue[]>;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {
    this.services = new Book(async (after) => {
      const rows = await this.rows('service', 'name', after);
      return decodeRows({ id: INT4, name: TEXT }, rows).map(({ id, name }) => [id, name] as const);
    });
    this.scopes = new Book((after) => this.messages('scope', after, (message) => decodeScope(message).name));
    this.resources = new Book((after) =>
      this.messages('resource', after, (message) => decodeResource(message).attributes),
    );
  }

  private async messages<T>(table: 'scope' | 'resource', after: number, read: (message: Uint8Array) => T) {
    const rows = await this.rows(table, 'message', after);
    return decodeRows({ id: INT4, message: BYTEA }, rows).map(({ id, message }) => [id, read(message)] as const);
  }

  private rows(table: string, column: string, after: number) {
    return this.sql.query(
      `select id, ${column} from (select id, ${column} from ${table} where workspace_id = $1 and id > $2 offset 0) t
       order by id limit ${PAGE}`,
      [this.workspaceId, after],
    );
  }
}
