/**
 * Partitions that were pruned for their age and can still be restored: their tables are detached from those that are read, under
 * another name, for a day of the time that is trusted, or until the disk needs them. What else is kept of them is in the tables
 * `quarantine_block`, `quarantine_row` and `quarantine_deletion`.
 */
import { RECORD_SIGNALS, type RecordSignal } from '../blocks/record-partitions';
import { withinLockTimeout } from '../sql/drop-partition';
import { decodeRows, INT4, INT8, oneOf, TEXT } from '../sql/row-spec';
import type { SqlClient, SqlStatements } from '../sql/sql-client';
import { tablesOf } from './size-limit';

export const QUARANTINE_MS = 86_400_000;

export type QuarantinedSignal = 'spans' | RecordSignal;
export const QUARANTINED_SIGNALS = ['spans', ...RECORD_SIGNALS] as const;

export interface Quarantined {
  readonly id: bigint;
  readonly signal: QuarantinedSignal;
  readonly partition: number;
  readonly records: number;
}

/** What the part of a table is called in quarantine. */
export const quarantinedName = (table: string, partition: number): string => `quarantined_${table}_${partition}`;

/** SQL of whether a table is in quarantine. @param name SQL of what it is called */
export const isQuarantinedName = (name: string): string => `${name} ~ '^quarantined_.*_[0-9]+$'`;

/** The oldest first. @param before quarantined by then; null: all */
export async function quarantined(
  sql: SqlStatements,
  workspaceId: number,
  before: number | null = null,
): Promise<Quarantined[]> {
  const rows = await sql.query(
    `select id, signal, partition_id, records from quarantine where workspace_id = $1 and complete
       and ($2::float8 is null or quarantined_at < to_timestamp($2::float8 / 1000)) order by id`,
    [workspaceId, before],
  );
  return decodeRows({ id: INT8, signal: oneOf(QUARANTINED_SIGNALS), partition_id: INT4, records: INT8 }, rows).map(
    (row) => ({ id: row.id, signal: row.signal, partition: row.partition_id, records: Number(row.records) }),
  );
}

/** The quarantine of a partition that is being pruned; begun again after a crash it is the same. @param at null: only if it was begun */
export async function quarantineOf(
  tx: SqlStatements,
  workspaceId: number,
  signal: QuarantinedSignal,
  partition: number,
  at: number | null,
): Promise<bigint | null> {
  if (at !== null) {
    await tx.query(
      `insert into quarantine (workspace_id, signal, partition_id, quarantined_at)
       values ($1, $2, $3, to_timestamp($4::float8 / 1000)) on conflict (workspace_id, signal, partition_id) do nothing`,
      [workspaceId, signal, partition, at],
    );
  }
  const rows = await tx.query(
    'select id from quarantine where workspace_id = $1 and signal = $2 and partition_id = $3',
    [workspaceId, signal, partition],
  );
  return decodeRows({ id: INT8 }, rows)[0]?.id ?? null;
}

/** Rows of traces that go, of tables that are not made anew from their spans. */
export async function quarantineRows(
  tx: SqlStatements,
  workspaceId: number,
  quarantine: bigint,
  traceIds: readonly string[],
): Promise<void> {
  for (const table of ['score', 'guardrail_hit']) {
    await tx.execute(
      `insert into quarantine_row (workspace_id, quarantine_id, table_name, content)
       select $1, $2, '${table}', to_jsonb(t) from ${table} t where t.workspace_id = $1 and t.trace_id = any($3::uuid[])`,
      [workspaceId, quarantine, traceIds],
    );
  }
}

/** Traces that were pruned and can be restored. */
export async function rememberQuarantine(
  tx: SqlStatements,
  workspaceId: number,
  quarantine: bigint,
  traceIds: readonly string[],
): Promise<void> {
  await tx.execute(
    'update pruned_trace set quarantine_id = $2 where workspace_id = $1 and trace_id = any($3::uuid[])',
    [workspaceId, quarantine, traceIds],
  );
}

/** What blocks say of themselves that is not made anew when they are restored. */
export async function quarantineBlocks(
  tx: SqlStatements,
  workspaceId: number,
  quarantine: bigint,
  from: number,
  to: number,
): Promise<void> {
  await tx.execute(
    `insert into quarantine_block (workspace_id, quarantine_id, block_id, opened_at, last_at, span_count, terms)
     select $1, $2, id, opened_at, last_at, coalesce(span_count, 0), terms from span_block
     where workspace_id = $1 and id >= $3 and id < $4`,
    [workspaceId, quarantine, from, to],
  );
}

/** Takes the tables of a partition out of those that are read. */
export async function quarantineTables(
  tx: SqlStatements,
  workspaceId: number,
  quarantine: bigint,
  signal: QuarantinedSignal,
  partition: number,
): Promise<void> {
  await withinLockTimeout(tx, async () => {
    for (const table of tablesOf(signal)) {
      const [known] = await tx.query('select 1 as found where to_regclass($1) is not null', [`${table}_${partition}`]);
      if (!known) continue;
      await tx.query(`alter table ${table} detach partition ${table}_${partition}`);
      await tx.query(`alter table ${table}_${partition} rename to ${quarantinedName(table, partition)}`);
    }
  });
  await tx.execute('update quarantine set complete = true where workspace_id = $1 and id = $2', [
    workspaceId,
    quarantine,
  ]);
}

/** Drops for good what was quarantined before that time; null: all. @returns how many partitions */
export async function deleteQuarantine(sql: SqlClient, workspaceId: number, before: number | null): Promise<number> {
  const old = await quarantined(sql, workspaceId, before);
  for (const one of old) await sql.transaction((tx) => dropQuarantined(tx, workspaceId, one));
  return old.length;
}

export async function dropQuarantined(
  tx: SqlStatements,
  workspaceId: number,
  { id, signal, partition }: Quarantined,
): Promise<void> {
  for (const table of tablesOf(signal)) await tx.query(`drop table if exists ${quarantinedName(table, partition)}`);
  await forgetQuarantined(tx, workspaceId, id);
}

/** Forgets what is kept beside the tables of a partition. */
export async function forgetQuarantined(tx: SqlStatements, workspaceId: number, id: bigint): Promise<void> {
  for (const table of ['quarantine_row', 'quarantine_block']) {
    await tx.execute(`delete from ${table} where workspace_id = $1 and quarantine_id = $2`, [workspaceId, id]);
  }
  await tx.execute('delete from quarantine where workspace_id = $1 and id = $2', [workspaceId, id]);
  await tx.execute(
    'delete from quarantine_deletion where workspace_id = $1 and not exists (select 1 from quarantine where workspace_id = $1)',
    [workspaceId],
  );
}

/**
 * Somebody deletes a trace that was pruned: it does not come back, and its spans go with the next look at the quarantine.
 * @returns whether it may be there
 */
export async function deleteQuarantinedTrace(
  tx: SqlStatements,
  workspaceId: number,
  traceId: string,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into quarantine_deletion (workspace_id, trace_id)
     select p.workspace_id, p.trace_id from pruned_trace p where p.workspace_id = $1 and p.trace_id = $2::uuid
       and exists (select 1 from quarantine q where q.workspace_id = $1 and q.signal = 'spans')
       and not exists (select 1 from quarantine_deletion d where d.workspace_id = $1 and d.trace_id = p.trace_id)
     returning 1 as one`,
    [workspaceId, traceId],
  );
  await tx.execute('update pruned_trace set quarantine_id = null where workspace_id = $1 and trace_id = $2::uuid', [
    workspaceId,
    traceId,
  ]);
  return rows.length > 0;
}

/** Until when a trace that was pruned can be restored; null: it cannot. */
export async function quarantinedUntil(
  sql: SqlStatements,
  workspaceId: number,
  traceId: string,
): Promise<string | null> {
  const rows = await sql.query(
    `select to_char((q.quarantined_at + interval '${QUARANTINE_MS} milliseconds') at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"') as until
     from pruned_trace p join quarantine q on q.workspace_id = p.workspace_id and q.id = p.quarantine_id
     where p.workspace_id = $1 and p.trace_id = $2::uuid and q.complete`,
    [workspaceId, traceId],
  );
  return decodeRows({ until: TEXT }, rows)[0]?.until ?? null;
}

/** Takes the spans of traces that were deleted since out of the quarantine; what payloads held of them goes with these, or is left out when they are restored. */
export async function takeOutDeleted(tx: SqlStatements, workspaceId: number): Promise<void> {
  const [any] = await tx.query('select 1 as one from quarantine_deletion where workspace_id = $1 limit 1', [
    workspaceId,
  ]);
  if (!any) return;
  for (const { id, signal, partition } of await quarantined(tx, workspaceId)) {
    if (signal !== 'spans') continue;
    const gone = await tx.query(
      `with gone as (
         delete from ${quarantinedName('span', partition)} where workspace_id = $1
           and trace_id in (select trace_id from quarantine_deletion where workspace_id = $1) returning trace_id)
       select count(*) as spans, count(distinct trace_id) as traces from gone`,
      [workspaceId],
    );
    const { spans, traces } = decodeRows({ spans: INT8, traces: INT8 }, gone)[0] ?? { spans: 0n, traces: 0n };
    await tx.execute(
      `delete from quarantine_row where workspace_id = $1 and quarantine_id = $2
         and (content->>'trace_id')::uuid in (select trace_id from quarantine_deletion where workspace_id = $1)`,
      [workspaceId, id],
    );
    await tx.execute(
      'update quarantine set traces = traces - $3, records = records - $4 where workspace_id = $1 and id = $2',
      [workspaceId, id, traces, spans],
    );
  }
  // Those that are being pruned have theirs yet.
  await tx.execute(
    'delete from quarantine_deletion where workspace_id = $1 and not exists (select 1 from quarantine where workspace_id = $1 and not complete)',
    [workspaceId],
  );
}
