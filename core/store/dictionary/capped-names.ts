/** Counts what is capped: long names, and dictionaries that are full. A look at all names now and then, never for each question. */
import type { CappedReport } from '../../api/capped';
import { MAX_NAME_CHARS } from '../../model/short-name';
import { decodeRows, INT8 } from '../sql/row-spec';
import type { SqlStatements } from '../sql/sql-client';
import { MAX_ENTRIES, MAX_KEYS, MAX_VALUES_PER_KEY } from './part-ids';

const FRESH_MS = 60_000;
/** Where names are very many, counting them takes a part of the time this small. */
const SHARE = 100;

export class CappedNames {
  private known: Promise<CappedReport> | null = null;
  private freshUntil = 0;

  constructor(
    private readonly sql: SqlStatements,
    private readonly workspaceId: number,
  ) {}

  read(): Promise<CappedReport> {
    if (this.known && performance.now() < this.freshUntil) return this.known;
    this.freshUntil = Number.POSITIVE_INFINITY;
    const began = performance.now();
    this.known = this.count().finally(() => {
      const now = performance.now();
      this.freshUntil = now + Math.max(FRESH_MS, (now - began) * SHARE);
    });
    // Asked again the next time.
    this.known.catch(() => {
      this.known = null;
    });
    return this.known;
  }

  private async count(): Promise<CappedReport> {
    const long = (table: string): string =>
      `(select count(*) from ${table} where workspace_id = $1 and length(name) >= ${MAX_NAME_CHARS - 1}
         and name ~ '…[0-9a-f]{8}$')`;
    const rows = await this.sql.query(
      `select ${long('service')} + ${long('operation')} as names, count(*) as keys, coalesce(sum(value_count), 0)::int8 as entries,
         count(*) filter (where value_count >= ${MAX_VALUES_PER_KEY}) as full_keys
       from attribute_key where workspace_id = $1`,
      [this.workspaceId],
    );
    const [row] = decodeRows({ names: INT8, keys: INT8, entries: INT8, full_keys: INT8 }, rows);
    return {
      longNames: Number(row?.names ?? 0n),
      fullKeys: Number(row?.full_keys ?? 0n),
      keysFull: Number(row?.keys ?? 0n) >= MAX_KEYS,
      valuesFull: Number(row?.entries ?? 0n) >= MAX_ENTRIES,
    };
  }
}
