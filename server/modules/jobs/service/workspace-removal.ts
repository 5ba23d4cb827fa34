/**
 * Takes what deleted workspaces left behind off the disk, thirty days later: whole partitions, then rows in batches, so that nobody
 * waits for a long statement. It goes on where it was cut off, and any number of copies may do it by turns. It is the one service
 * that reaches into the tables of all modules.
 */

import { RECORD_TABLES, type RecordSignal } from '../../../../core/store/blocks/record-partitions';
import { firstBlockOf, SPAN_TABLES } from '../../../../core/store/blocks/span-partitions';
import { deleteQuarantine } from '../../../../core/store/pruning/quarantine';
import { TRUSTED_NOW } from '../../../../core/store/pruning/trusted-clock';
import { dropPartition } from '../../../../core/store/sql/drop-partition';
import { decodeRows, INT4, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import type { Log } from '../../../../services/log';

const KEPT_DAYS = 30;
const BATCH = 1_000;
/** Tables refer to each other three deep. */
const MAX_PASSES = 10;
const FOREIGN_KEY_VIOLATION = '23503';

export class WorkspaceRemoval {
  constructor(
    private readonly sql: SqlClient,
    private readonly log: Log,
  ) {}

  /** @returns how many are gone now */
  async run(): Promise<number> {
    const rows = await this.sql.query(
      `select id from workspace where deleted_at < ${TRUSTED_NOW} - make_interval(days => ${KEPT_DAYS}) order by id`,
    );
    const ids = decodeRows({ id: INT4 }, rows).map(({ id }) => id);
    for (const id of ids) {
      await this.dropSpans(id);
      await this.dropRecords(id);
      await deleteQuarantine(this.sql, id, null);
      await this.deleteRows(id);
      await this.sql.query('delete from workspace where id = $1', [id]);
      this.log('info', 'a deleted workspace was removed', { workspaceId: id });
    }
    return ids.length;
  }

  private async dropSpans(workspaceId: number): Promise<void> {
    const rows = await this.sql.query(
      `select distinct id / ${firstBlockOf(1)} as partition from span_block where workspace_id = $1 order by 1`,
      [workspaceId],
    );
    for (const { partition } of decodeRows({ partition: INT4 }, rows)) {
      const range = [firstBlockOf(partition), firstBlockOf(partition + 1)];
      await this.sql.transaction(async (tx) => {
        // Those of the first versions were shared: of them rows are deleted.
        const shared = await tx.query(
          'select 1 as one from span_block where id >= $1 and id < $2 and workspace_id <> $3 limit 1',
          [...range, workspaceId],
        );
        if (shared.length > 0) return;
        await dropPartition(tx, SPAN_TABLES, partition);
        await tx.query('delete from span_block where workspace_id = $3 and id >= $1 and id < $2', [
          ...range,
          workspaceId,
        ]);
      });
    }
  }

  private async dropRecords(workspaceId: number): Promise<void> {
    const rows = await this.sql.query('select signal, id from record_partition where workspace_id = $1', [workspaceId]);
    for (const { signal, id } of decodeRows({ signal: TEXT, id: INT4 }, rows)) {
      await this.sql.transaction(async (tx) => {
        await dropPartition(tx, RECORD_TABLES[signal as RecordSignal], id);
        await tx.query('delete from record_partition where workspace_id = $1 and signal = $2 and id = $3', [
          workspaceId,
          signal,
          id,
        ]);
      });
    }
  }

  /** Of every table, in whatever order the keys between them allow. */
  private async deleteRows(workspaceId: number): Promise<void> {
    let left = await tablesOf(this.sql);
    for (let pass = 0; pass < MAX_PASSES && left.length > 0; pass++) {
      const refused: string[] = [];
      for (const table of left) if (!(await this.deleteFrom(table, workspaceId))) refused.push(table);
      left = refused;
    }
    if (left.length > 0) throw new Error(`rows of a deleted workspace stay in ${left.join(', ')}`);
  }

  /** @returns false: another table refers to a row of it */
  private async deleteFrom(table: string, workspaceId: number): Promise<boolean> {
    try {
      for (;;) {
        const gone = await this.sql.query(
          `delete from ${table} where workspace_id = $1 and (tableoid, ctid) in (
             select tableoid, ctid from ${table} where workspace_id = $1 limit ${BATCH}) returning 1 as one`,
          [workspaceId],
        );
        if (gone.length < BATCH) return true;
      }
    } catch (error) {
      if ((error as { code?: unknown }).code === FOREIGN_KEY_VIOLATION) return false;
      throw error;
    }
  }
}

async function tablesOf(sql: SqlClient): Promise<string[]> {
  const rows = await sql.query(
    `select c.relname::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and a.attname = 'workspace_id' and not a.attisdropped order by c.relname`,
  );
  return decodeRows({ name: TEXT }, rows).map(({ name }) => name);
}
