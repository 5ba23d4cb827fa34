/** The summaries of closed blocks in memory: some kilobytes for thousands of spans. Read once each; only new ones are asked for. */

import { BYTEA, decodeRows, INT4, INT8, orNull } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { type BlockTerms, decodeTerms } from './block-terms';

export interface BlockSummary {
  readonly id: number;
  readonly spans: number;
  readonly errors: number;
  readonly firstStartNs: bigint;
  readonly lastStartNs: bigint;
  readonly longestNs: bigint;
  readonly terms: BlockTerms;
  /** Of the filter over its payloads. */
  readonly filterBytes: number;
  /** By which rules its filter knows words (core/search/words.ts). */
  readonly words: number;
}

const ROW = {
  id: INT4,
  span_count: INT4,
  error_count: INT4,
  first_start_ns: INT8,
  last_start_ns: INT8,
  longest_ns: INT8,
  terms: BYTEA,
  filter_bytes: INT4,
  words: INT4,
};

const COLUMNS_SQL = Object.keys(ROW)
  .join(', ')
  .replace('filter_bytes', 'coalesce(octet_length(bloom), 0) as filter_bytes')
  .replace(/words$/, 'words::int4 as words');

/** Blocks below the first open one that are looked at once more: an answer may see a state in which they were open. */
const LOOK_BEHIND = 64;

/** Rows of one statement: some milliseconds. */
const PAGE = 200;

export interface Blocks {
  /** By number. */
  readonly closed: readonly BlockSummary[];
  /** Blocks without a summary: to be looked into. */
  readonly open: readonly number[];
}

export class BlockSummaries {
  private readonly known = new Map<number, BlockSummary>();
  /** Every block below is closed and known. */
  private openFrom = 0;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {}

  /** The blocks there are now. Answers that see different states share what is known: none takes anything out under another. */
  async read(): Promise<Blocks> {
    const first = Math.max(0, this.openFrom - LOOK_BEHIND);
    const found = decodeRows(
      { id: orNull(INT4), closed: orNull(INT4), words: orNull(INT4), older: INT8, sum: INT8, indexed: INT8 },
      await this.sql.query(
        `select b.id, b.closed::int4 as closed, b.words::int4 as words, o.older, o.sum, o.indexed
         from (select count(*) as older, coalesce(sum(id), 0)::int8 as sum, coalesce(sum(words), 0)::int8 as indexed
           from span_block where workspace_id = $1 and id < $2) o
         left join span_block b on b.workspace_id = $1 and b.id >= $2 order by b.id`,
        [this.workspaceId, first],
      ),
    );
    const rows = found.flatMap(({ id, closed, words }) => (id === null ? [] : [{ id, closed, words }]));
    const closed = [...this.known.values()].filter(({ id }) => id < first);
    const [{ older, sum, indexed } = { older: 0n, sum: 0n, indexed: 0n }] = found;
    // Blocks were dropped, restored or indexed anew: which, only a look at all of them says.
    if (
      first > 0 &&
      (Number(older) !== closed.length ||
        Number(sum) !== closed.reduce((total, { id }) => total + id, 0) ||
        Number(indexed) !== closed.reduce((total, { words }) => total + words, 0))
    ) {
      this.openFrom = 0;
      return this.read();
    }
    const stored = new Set(rows.map(({ id }) => id));
    for (const id of this.known.keys()) if (id >= first && !stored.has(id)) this.known.delete(id);
    const unread: number[] = [];
    for (const row of rows) {
      if (row.closed === 0) continue;
      const summary = this.known.get(row.id);
      // One answer may see an older state than another.
      if (summary && summary.words >= (row.words ?? 0)) closed.push(summary);
      else unread.push(row.id);
    }
    for (let i = 0; i < unread.length; i += PAGE) {
      const read = await this.readPage(unread.slice(i, i + PAGE));
      for (const summary of read) this.known.set(summary.id, summary);
      closed.push(...read);
    }
    const isClosed = new Set(closed.map(({ id }) => id));
    const open = rows.flatMap(({ id }) => (isClosed.has(id) ? [] : [id]));
    this.openFrom = open[0] ?? rows.at(-1)?.id ?? first;
    return { closed: closed.sort((a, b) => a.id - b.id), open };
  }

  private async readPage(ids: readonly number[]): Promise<BlockSummary[]> {
    const rows = await this.sql.query(
      `select ${COLUMNS_SQL} from span_block where workspace_id = $1 and id = any($2::int4[]) and closed`,
      [this.workspaceId, ids],
    );
    return decodeRows(ROW, rows).map((row) => ({
      id: row.id,
      spans: row.span_count,
      errors: row.error_count,
      firstStartNs: row.first_start_ns,
      lastStartNs: row.last_start_ns,
      longestNs: row.longest_ns,
      terms: decodeTerms(row.terms),
      filterBytes: row.filter_bytes,
      words: row.words,
    }));
  }
}
