/** What pruning did, a row for each time: what the status shows, and what has to be finished after a crash. */
import type { PruningReason, PruningReport } from '../../api/retention';
import type { RecordSignal } from '../blocks/record-partitions';
import { decodeRows, INT4, INT8, oneOf, orNull, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlStatements } from '../sql/sql-client';

type PrunedSignal = 'spans' | RecordSignal;

/** A partition on its way out. */
export interface Victim {
  readonly signal: PrunedSignal;
  readonly partition: number;
}

/** What a step took away, and what it moved instead. */
export interface Pruned {
  readonly traces?: number;
  readonly spans?: number;
  readonly logs?: number;
  readonly metricPoints?: number;
  readonly keptTraces?: number;
  readonly freedBytes?: number;
  /** Spans and logs. */
  readonly moved?: number;
}

/** Rows kept. */
const HISTORY = 100;

const ROW = {
  id: INT8,
  started_at: TEXT,
  finished_at: orNull(TEXT),
  reason: oneOf(['age', 'size', 'count'] as const),
  victim_signal: orNull(oneOf(['spans', 'logs', 'metrics'] as const)),
  victim_partition: orNull(INT4),
  traces: INT8,
  spans: INT8,
  logs: INT8,
  metric_points: INT8,
  kept_traces: INT8,
  freed_bytes: INT8,
};

const time = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ${column}`;

export class PruningLog {
  constructor(private readonly workspaceId: number) {}

  /** @returns the row's number */
  async begin(sql: SqlStatements, reason: PruningReason): Promise<bigint> {
    const rows = await sql.query('insert into pruning (workspace_id, reason) values ($1, $2) returning id', [
      this.workspaceId,
      reason,
    ]);
    await sql.query(
      `delete from pruning where workspace_id = $1 and id < (
         select id from pruning where workspace_id = $1 order by id desc offset ${HISTORY - 1} limit 1)`,
      [this.workspaceId],
    );
    return decodeRows({ id: INT8 }, rows)[0]?.id as bigint;
  }

  async setVictim(sql: SqlStatements, id: bigint, victim: Victim | null): Promise<void> {
    await sql.query('update pruning set victim_signal = $2, victim_partition = $3 where id = $1', [
      id,
      victim?.signal ?? null,
      victim?.partition ?? null,
    ]);
  }

  async add(sql: SqlStatements, id: bigint, pruned: Pruned): Promise<void> {
    await sql.query(
      `update pruning set traces = traces + $2, spans = spans + $3, logs = logs + $4, metric_points = metric_points + $5,
         kept_traces = kept_traces + $6, freed_bytes = freed_bytes + $7 where id = $1`,
      [
        id,
        pruned.traces ?? 0,
        pruned.spans ?? 0,
        pruned.logs ?? 0,
        pruned.metricPoints ?? 0,
        pruned.keptTraces ?? 0,
        Math.round(pruned.freedBytes ?? 0),
      ],
    );
  }

  async finish(sql: SqlStatements, id: bigint): Promise<void> {
    await sql.query(
      'update pruning set finished_at = now(), victim_signal = null, victim_partition = null where id = $1',
      [id],
    );
  }

  async last(sql: SqlStatements): Promise<PruningReport | null> {
    const row = await this.newest(sql);
    return row && reportOf(row);
  }

  /** What was under way when the process ended. */
  async unfinished(
    sql: SqlStatements,
  ): Promise<{ readonly id: bigint; readonly reason: PruningReason; readonly victim: Victim | null } | null> {
    const row = await this.newest(sql);
    if (!row || row.finished_at !== null) return null;
    const { id, reason, victim_signal: signal, victim_partition: partition } = row;
    return { id, reason, victim: signal === null || partition === null ? null : { signal, partition } };
  }

  private async newest(sql: SqlStatements): Promise<RowOf<typeof ROW> | null> {
    const rows = await sql.query(
      `select id, ${time('started_at')}, ${time('finished_at')}, reason, victim_signal, victim_partition, traces, spans, logs,
         metric_points, kept_traces, freed_bytes
       from pruning where workspace_id = $1 order by id desc limit 1`,
      [this.workspaceId],
    );
    return decodeRows(ROW, rows)[0] ?? null;
  }
}

function reportOf(row: RowOf<typeof ROW>): PruningReport {
  return {
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    reason: row.reason,
    traces: Number(row.traces),
    spans: Number(row.spans),
    logs: Number(row.logs),
    metricPoints: Number(row.metric_points),
    keptTraces: Number(row.kept_traces),
    freedBytes: Number(row.freed_bytes),
  };
}
