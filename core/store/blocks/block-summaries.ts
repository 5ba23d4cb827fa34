/**
 * The summaries of closed blocks in memory: some kilobytes for thousands of spans. Read once each; only new ones are asked for. Where
 * no two spans share a name, the terms of a block are a hundred times that: they are held of the newest blocks that there is room for.
 */

import { BYTEA, decodeRows, INT4, INT8, orNull, type RowOf } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { type BlockTerms, decodeTerms } from './block-terms';
import { UnpackedTerms } from './unpacked-terms';

export interface BlockSummary {
  readonly id: number;
  readonly spans: number;
  readonly errors: number;
  readonly firstStartNs: bigint;
  readonly lastStartNs: bigint;
  readonly longestNs: bigint;
  /** Null: there was no room for them, so that the block may have spans of any. */
  readonly terms: BlockTerms | null;
  /** Of its terms, as they are stored. */
  readonly termBytes: number;
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
  term_bytes: INT4,
  filter_bytes: INT4,
  words: INT4,
};

const COLUMNS_SQL = Object.keys(ROW)
  .join(', ')
  .replace('term_bytes', 'octet_length(terms) as term_bytes')
  .replace('filter_bytes', 'coalesce(octet_length(bloom), 0) as filter_bytes')
  .replace(/words$/, 'words::int4 as words');

/** Blocks below the first open one that are looked at once more: an answer may see a state in which they were open. */
const LOOK_BEHIND = 64;

/** Rows of one statement: some milliseconds. */
const PAGE = 200;
const MIB = 1024 * 1024;
/** Of terms that one statement reads. */
const READ_BYTES = MIB;
const LIMITS: SummaryLimits = { packedBytes: 64 * MIB, unpackedBytes: 64 * MIB };

export interface SummaryLimits {
  /** Of the terms of all blocks, as they are stored. */
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

interface HeldSummary extends BlockSummary {
  readonly packed: Uint8Array | null;
  with(packed: Uint8Array | null): HeldSummary;
}

/** It never changes: an answer that goes on after others took room keeps what it was given. */
function heldSummary(
  row: Omit<BlockSummary, 'terms'>,
  packed: Uint8Array | null,
  unpacked: UnpackedTerms,
): HeldSummary {
  return {
    ...row,
    packed,
    get terms() {
      return packed && unpacked.of(packed);
    },
    with: (other) => heldSummary(row, other, unpacked),
  };
}

export interface Blocks {
  /** By number. */
  readonly closed: readonly BlockSummary[];
  /** Blocks without a summary: to be looked into. */
  readonly open: readonly number[];
}

export class BlockSummaries {
  private readonly known = new Map<number, HeldSummary>();
  /** Every block below is closed and known. */
  private openFrom = 0;
  private loading: Promise<HeldSummary[]> | null = null;
  private readonly unpacked: UnpackedTerms;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly limits = LIMITS,
  ) {
    this.unpacked = new UnpackedTerms(limits.unpackedBytes);
  }

  /** Of terms in memory. */
  get held(): SummaryLimits {
    const packedBytes = [...this.known.values()].reduce((sum, { packed }) => sum + (packed?.length ?? 0), 0);
    return { packedBytes, unpackedBytes: this.unpacked.bytes };
  }

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
    const all = unread.length === 0 ? closed : await this.loadOnce(closed, unread);
    // Somebody else has read them.
    if (all === null) return this.read();
    const isClosed = new Set(all.map(({ id }) => id));
    const open = rows.flatMap(({ id }) => (isClosed.has(id) ? [] : [id]));
    this.openFrom = open[0] ?? rows.at(-1)?.id ?? first;
    return { closed: [...all].sort((a, b) => a.id - b.id), open };
  }

  /** Questions that are asked at once share what the first of them reads. @returns null when another read meanwhile */
  private async loadOnce(closed: HeldSummary[], unread: readonly number[]): Promise<HeldSummary[] | null> {
    if (this.loading) {
      await this.loading.catch(() => {});
      return null;
    }
    const loading = this.load(closed, unread);
    this.loading = loading;
    try {
      return await loading;
    } finally {
      this.loading = null;
    }
  }

  private async load(known: readonly HeldSummary[], unread: readonly number[]): Promise<HeldSummary[]> {
    const closed = [...known];
    for (let i = 0; i < unread.length; i += PAGE) {
      closed.push(...(await this.readPage(unread.slice(i, i + PAGE))));
    }
    closed.sort((a, b) => a.id - b.id);
    return this.holding(closed, new Set(unread));
  }

  /** The terms of blocks that are given without. */
  async *termsOf(blocks: readonly BlockSummary[]): AsyncGenerator<BlockTerms> {
    for (const run of runsOf(blocks)) {
      for (const packed of (await this.readTerms(run)).values()) yield decodeTerms(packed);
    }
  }

  /**
   * Holds the terms of the newest of these, and lets go of those of others.
   * @param unread those of them that are new
   */
  private async holding(closed: readonly HeldSummary[], unread: ReadonlySet<number>): Promise<HeldSummary[]> {
    let bytes = 0;
    const overflowing = closed.findLastIndex(({ termBytes }) => {
      bytes += termBytes;
      return bytes > this.limits.packedBytes;
    });
    const fits = overflowing + 1;
    const changed = new Map<number, HeldSummary>();
    for (const summary of closed.slice(0, fits)) if (summary.packed) changed.set(summary.id, summary.with(null));
    for (const run of runsOf(closed.slice(fits).filter(({ packed }) => packed === null))) {
      const read = await this.readTerms(run);
      for (const summary of run) changed.set(summary.id, summary.with(read.get(summary.id) ?? null));
    }
    const all = closed.map((summary) => changed.get(summary.id) ?? summary);
    // Other answers went on meanwhile: what they know better stays.
    for (const [i, summary] of all.entries()) {
      const known = this.known.get(summary.id);
      if (known === closed[i] || unread.has(summary.id)) this.known.set(summary.id, summary);
    }
    return all;
  }

  private async readTerms(blocks: readonly BlockSummary[]): Promise<Map<number, Uint8Array>> {
    const rows = await this.sql.query(
      'select id, terms from span_block where workspace_id = $1 and id = any($2::int4[]) and closed',
      [this.workspaceId, blocks.map(({ id }) => id)],
    );
    // A copy: what the statement gave is larger than what is held of it.
    return new Map(decodeRows({ id: INT4, terms: BYTEA }, rows).map(({ id, terms }) => [id, terms.slice()]));
  }

  private async readPage(ids: readonly number[]): Promise<HeldSummary[]> {
    const rows = await this.sql.query(
      `select ${COLUMNS_SQL} from span_block where workspace_id = $1 and id = any($2::int4[]) and closed`,
      [this.workspaceId, ids],
    );
    return decodeRows(ROW, rows).map((row) => heldSummary(columnsOf(row), null, this.unpacked));
  }
}

function columnsOf(row: RowOf<typeof ROW>) {
  return {
    id: row.id,
    spans: row.span_count,
    errors: row.error_count,
    firstStartNs: row.first_start_ns,
    lastStartNs: row.last_start_ns,
    longestNs: row.longest_ns,
    termBytes: row.term_bytes,
    filterBytes: row.filter_bytes,
    words: row.words,
  };
}

/** As many at once as one statement reads. */
function* runsOf<T extends BlockSummary>(blocks: readonly T[]): Generator<readonly T[]> {
  let run: T[] = [];
  let bytes = 0;
  for (const block of blocks) {
    if (run.length > 0 && bytes + block.termBytes > READ_BYTES) {
      yield run;
      run = [];
      bytes = 0;
    }
    run.push(block);
    bytes += block.termBytes;
  }
  if (run.length > 0) yield run;
}
