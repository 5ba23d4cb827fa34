/** Drops a partition of logs or metric points, or puts it into quarantine. Logs of traces that have a bookmark or a note move to the newest one. */
import { partitionBytes, RECORD_SIGNALS, RECORD_TABLES, type RecordSignal } from '../blocks/record-partitions';
import type { WriterState } from '../ingest/writer-state';
import { dropPartition } from '../sql/drop-partition';
import { decodeRows, INT4, INT8, oneOf, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { MARKED_TRACES } from './marked-traces';
import type { Pruned } from './pruning-log';
import { quarantineOf, quarantineTables } from './quarantine';

export async function pruneRecords(
  tx: SqlClient,
  state: WriterState,
  signal: RecordSignal,
  partition: number,
  /** When it goes into quarantine; null: it is dropped. */
  quarantineAt: number | null,
): Promise<Pruned> {
  const { workspaceId } = state;
  const kept = signal === 'logs' ? await moveLogs(tx, state, partition) : 0;
  const rows = await tx.query(
    `delete from record_partition where workspace_id = $1 and signal = $2 and id = $3
     returning records, opened_at::text as opened_at, last_at::text as last_at`,
    [workspaceId, signal, partition],
  );
  if (signal === 'logs') {
    await tx.execute('delete from log_block where workspace_id = $1 and partition_id = $2', [workspaceId, partition]);
  }
  const [known] = decodeRows({ records: INT8, opened_at: TEXT, last_at: TEXT }, rows);
  const records = Number(known?.records ?? 0n) - kept;
  const counter = signal === 'logs' ? 'log_count' : 'metric_point_count';
  await tx.execute(`update workspace set ${counter} = ${counter} - $2 where id = $1`, [workspaceId, records]);
  const pruned = signal === 'logs' ? { logs: records, moved: kept } : { metricPoints: records };
  const others = await tx.query('select 1 as one from record_partition where signal = $1 and id = $2 limit 1', [
    signal,
    partition,
  ]);
  if (others.length > 0) {
    for (const table of RECORD_TABLES[signal]) {
      await tx.execute(`delete from ${table}_${partition} where workspace_id = $1`, [workspaceId]);
    }
    return pruned;
  }
  const quarantine = await quarantineOf(tx, workspaceId, signal, partition, records > 0 ? quarantineAt : null);
  if (quarantine !== null) {
    await tx.execute(
      `update quarantine set records = $3, opened_at = $4::timestamptz, last_at = $5::timestamptz
       where workspace_id = $1 and id = $2`,
      [workspaceId, quarantine, records, known?.opened_at ?? null, known?.last_at ?? null],
    );
    await quarantineTables(tx, workspaceId, quarantine, signal, partition);
    return pruned;
  }
  const bytes = await partitionBytes(tx, RECORD_TABLES[signal], partition);
  await dropPartition(tx, RECORD_TABLES[signal], partition);
  return { ...pruned, freedBytes: bytes };
}

/** @returns how many */
async function moveLogs(tx: SqlClient, { workspaceId, partitions }: WriterState, from: number): Promise<number> {
  const ofAnnotated = `workspace_id = $1 and trace_id in (${MARKED_TRACES})`;
  const rows = await tx.query(
    `select payload_id, count(*) as logs from log_record_${from} where ${ofAnnotated} group by payload_id`,
    [workspaceId],
  );
  const found = decodeRows({ payload_id: INT4, logs: INT8 }, rows);
  if (found.length === 0) return 0;
  const to = await partitions.of(tx, 'logs');
  const payloads = found.flatMap(({ payload_id }) => (payload_id === 0 ? [] : [payload_id]));
  await tx.execute(
    `update payload set partition_id = $3 where workspace_id = $1 and partition_id = $4 and id = any($2::int4[])`,
    [workspaceId, payloads, to, from],
  );
  // Of what moves, a block of the newest partition knows the time.
  await tx.execute(
    `insert into log_block (workspace_id, partition_id, first_ns, last_ns, records)
     select workspace_id, $2, min(time_ns), max(time_ns), least(count(*), 2147483647)
     from log_record_${from} where ${ofAnnotated} group by workspace_id`,
    [workspaceId, to],
  );
  await tx.execute(`update log_record set partition_id = $2 where partition_id = $3 and ${ofAnnotated}`, [
    workspaceId,
    to,
    from,
  ]);
  const logs = found.reduce((sum, row) => sum + Number(row.logs), 0);
  await tx.execute(
    `update record_partition set records = records + $3 where workspace_id = $1 and signal = 'logs' and id = $2`,
    [workspaceId, to, logs],
  );
  return logs;
}

/** Partitions that are full, with when the last record of each arrived, in milliseconds since the epoch. */
export async function fullRecordPartitions(
  tx: SqlClient,
  { workspaceId }: WriterState,
): Promise<{ readonly signal: RecordSignal; readonly partition: number; readonly lastAt: number }[]> {
  const rows = await tx.query(
    `select signal, id, (extract(epoch from last_at) * 1000)::int8 as last_ms from record_partition p
     where workspace_id = $1 and exists (
       select 1 from record_partition n where n.workspace_id = p.workspace_id and n.signal = p.signal and n.id > p.id)`,
    [workspaceId],
  );
  return decodeRows({ signal: oneOf(RECORD_SIGNALS), id: INT4, last_ms: INT8 }, rows).map((row) => ({
    signal: row.signal,
    partition: row.id,
    lastAt: Number(row.last_ms),
  }));
}
