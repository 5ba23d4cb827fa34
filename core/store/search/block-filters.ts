/**
 * The filters over the payloads of blocks: of the newest blocks in memory, so that a word which nobody said costs no statement; of
 * the others the one line that a hash falls into.
 */
import { filterHas, lineHas } from '../../search/bloom';
import type { BlockSummary } from '../blocks/block-summaries';
import { CopyReader } from '../sql/copy-binary';
import { BYTEA, decodeRows, INT4 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { bloomLineSql } from './span-condition';

/** Ten million spans of a web shop have 20 MB of filters. */
const BUDGET_BYTES = 32 * 1024 * 1024;
/** Read by one statement: some milliseconds. */
const READ_BYTES = 1024 * 1024;

export class BlockFilters {
  private readonly held = new Map<number, { readonly summary: BlockSummary; readonly filter: Uint8Array }>();
  private heldBytes = 0;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly budgetBytes = BUDGET_BYTES,
  ) {}

  /** @returns whether one of these blocks may hold one of these hashes */
  async of(
    blocks: readonly BlockSummary[],
    hashes: readonly number[],
  ): Promise<(block: number, hash: number) => boolean> {
    const filtered = blocks.filter(({ filterBytes }) => filterBytes > 0);
    await this.hold(filtered);
    const may = new Map(hashes.map((hash) => [hash, new Set<number>()]));
    const others: number[] = [];
    for (const summary of filtered) {
      const held = this.held.get(summary.id);
      if (held?.summary !== summary) others.push(summary.id);
      else for (const [hash, ids] of may) if (filterHas(held.filter, hash)) ids.add(summary.id);
    }
    if (others.length > 0) for (const [hash, ids] of may) for (const id of await this.byLine(others, hash)) ids.add(id);
    return (block, hash) => may.get(hash)?.has(block) ?? true;
  }

  private async byLine(blocks: readonly number[], hash: number): Promise<number[]> {
    const rows = await this.sql.query(
      `select b.id, ${bloomLineSql(hash)} as line from span_block b where b.workspace_id = $1 and b.id = any($2::int4[])`,
      [this.workspaceId, blocks],
    );
    return decodeRows({ id: INT4, line: BYTEA }, rows).flatMap(({ id, line }) => (lineHas(line, hash) ? id : []));
  }

  /** As many of these as there is room for; newer ones take the room of older ones. */
  private async hold(blocks: readonly BlockSummary[]): Promise<void> {
    const missing = blocks.filter((summary) => this.held.get(summary.id)?.summary !== summary);
    missing.sort((a, b) => b.id - a.id);
    let run: BlockSummary[] = [];
    let bytes = 0;
    for (const summary of missing) {
      if (!this.hasRoom(summary, bytes)) break;
      if (bytes + summary.filterBytes > READ_BYTES && run.length > 0) {
        await this.read(run);
        run = [];
        bytes = 0;
      }
      run.push(summary);
      bytes += summary.filterBytes;
    }
    if (run.length > 0) await this.read(run);
  }

  private hasRoom({ id, filterBytes }: BlockSummary, besides: number): boolean {
    let bytes = this.heldBytes + besides + filterBytes;
    if (bytes <= this.budgetBytes) return true;
    for (const [other, { filter }] of this.held) if (other < id) bytes -= filter.length;
    return bytes <= this.budgetBytes;
  }

  private async read(blocks: readonly BlockSummary[]): Promise<void> {
    const byId = new Map(blocks.map((summary) => [summary.id, summary]));
    const reader = new CopyReader(
      await this.sql.copyOut(
        `select id, bloom from span_block
         where workspace_id = ${this.workspaceId} and id = any('{${[...byId.keys()].join(',')}}'::int4[]) and closed`,
      ),
    );
    while (reader.next()) {
      const id = reader.int4();
      // A copy: what the statement gave is larger than what is held of it.
      const filter = reader.data().slice();
      const summary = byId.get(id);
      if (summary && filter.length > 0) this.keep(summary, filter);
    }
    const oldest = [...this.held.keys()].sort((a, b) => a - b);
    for (const id of oldest) {
      if (this.heldBytes <= this.budgetBytes) break;
      this.drop(id);
    }
  }

  private keep(summary: BlockSummary, filter: Uint8Array): void {
    this.drop(summary.id);
    this.held.set(summary.id, { summary, filter });
    this.heldBytes += filter.length;
  }

  private drop(id: number): void {
    this.heldBytes -= this.held.get(id)?.filter.length ?? 0;
    this.held.delete(id);
  }
}
