/**
 * What resources, scopes and services say, by number. As many as memory should have are held; a condition looks through the others in
 * the database, and where they are too many, searches look at the records that have them.
 */
import type { KeyValue } from '../../model/json-types';
import type { Turns } from '../../query/traceql/turns';
import {
  FreshParts,
  resourceAttributes,
  type SharedPart,
  scopesSaying,
  serviceNames,
} from '../dictionary/shared-parts';
import { decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

export interface LogNameLimits {
  /** Entries of each kind that are held, and bytes of their messages. */
  readonly services: number;
  readonly messages: number;
  readonly messageBytes: number;
  /** Entries that one condition looks through in the database, beside those that are held. */
  readonly beyond: number;
}

const LIMITS: LogNameLimits = { services: 50_000, messages: 20_000, messageBytes: 8_000_000, beyond: 100_000 };

/** Names that a test holds for. */
export interface FoundNames {
  readonly ids: readonly number[];
  /** Names with higher numbers were not looked at; null: all were. */
  readonly lookedTo: number | null;
}

class Book<T> {
  constructor(
    private readonly part: SharedPart<T>,
    private readonly fresh: FreshParts,
    private readonly beyond: number,
  ) {}

  async where(test: (one: T) => boolean, turns: Turns): Promise<FoundNames> {
    await this.fresh.refresh();
    const { held } = this.part;
    let lookedTo = this.part.heldTo;
    const ids: number[] = [];
    for (const [id, one] of held) {
      if (turns.isDue) await turns.end();
      if (test(one)) ids.push(id);
    }
    for (let left = this.beyond; lookedTo !== null; ) {
      if (left <= 0 || (turns.isDue && (await turns.end()))) break;
      const { some, isLast } = await this.part.after(lookedTo);
      for (const { id, value } of some) if (test(value)) ids.push(id);
      left -= some.length;
      lookedTo = isLast ? null : (some.at(-1)?.id ?? null);
    }
    return { ids, lookedTo };
  }

  /** These by number, whether they are held or not. */
  of(ids: Iterable<number>): Promise<(id: number) => T | undefined> {
    return this.part.of(ids);
  }
}

export class LogNames {
  readonly services: Book<string>;
  /** By name. */
  readonly scopes: Book<string>;
  readonly resources: Book<readonly KeyValue[]>;
  private readonly fresh: FreshParts;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    limits: LogNameLimits = LIMITS,
  ) {
    const { beyond } = limits;
    const services = serviceNames(sql, workspaceId, limits.services);
    const scopes = scopesSaying(sql, workspaceId, limits, ({ name }) => name);
    const resources = resourceAttributes(sql, workspaceId, limits);
    this.fresh = new FreshParts(sql, workspaceId, [services, scopes, resources]);
    this.services = new Book(services, this.fresh, beyond);
    this.scopes = new Book(scopes, this.fresh, beyond);
    this.resources = new Book(resources, this.fresh, beyond);
  }

  /** How many names are in memory. */
  get held(): number {
    return this.fresh.size;
  }

  /** The service with just this name: found by its index, however many there are. */
  async serviceNamed(name: string): Promise<FoundNames> {
    const rows = name.includes('\0')
      ? []
      : await this.sql.query(
          `select id, name from service where workspace_id = $1 and name_digest = sha256(convert_to($2::text, 'UTF8'))`,
          [this.workspaceId, name],
        );
    // A text that is no Unicode is another one to the database.
    const found = decodeRows({ id: INT4, name: TEXT }, rows).filter((row) => row.name === name);
    return { ids: found.map(({ id }) => id), lookedTo: null };
  }
}
