/** Takes the log records and metric points of the generated sample off the disk; its traces are deleted as any other trace is. */
import { plainValue } from '../../model/json-types';
import { decodeResource } from '../../otlp/proto-to-json';
import { SAMPLE_ATTRIBUTE } from '../../samples/sample-mark';
import type { WriterState } from '../ingest/writer-state';
import { BYTEA, decodeRows, INT4 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { quarantinedTables } from './mark-names';

/** In one transaction of the writer. What is in quarantine stays there until that is dropped. */
export async function removeSampleRecords(tx: SqlClient, state: WriterState): Promise<void> {
  const resources = await sampleResources(tx, state.workspaceId);
  if (resources.length === 0) return;
  await removeLogs(tx, state, resources);
  await removePoints(tx, state, resources);
  await removeSeries(tx, state, resources);
}

async function sampleResources(tx: SqlClient, workspaceId: number): Promise<number[]> {
  const rows = await tx.query(
    `select id, message from resource where workspace_id = $1 and position(convert_to($2, 'UTF8') in message) > 0`,
    [workspaceId, SAMPLE_ATTRIBUTE],
  );
  return decodeRows({ id: INT4, message: BYTEA }, rows).flatMap(({ id, message }) => {
    const mark = decodeResource(message).attributes.find(({ key }) => key === SAMPLE_ATTRIBUTE);
    return mark && plainValue(mark.value) === true ? [id] : [];
  });
}

async function removeLogs(tx: SqlClient, { workspaceId }: WriterState, resources: readonly number[]): Promise<void> {
  await tx.execute(
    `with gone as (
       delete from log_record where workspace_id = $1 and resource_id = any($2::int4[]) returning partition_id
     ), by_partition as (select partition_id, count(*) as records from gone group by partition_id
     ), counted as (
       update record_partition p set records = p.records - b.records from by_partition b
       where p.workspace_id = $1 and p.signal = 'logs' and p.id = b.partition_id)
     update workspace set log_count = log_count - (select count(*) from gone) where id = $1`,
    [workspaceId, resources],
  );
}

async function removePoints(tx: SqlClient, { workspaceId }: WriterState, resources: readonly number[]): Promise<void> {
  await tx.execute(
    `with gone as (
       delete from metric_point where workspace_id = $1 and series_id = any(array(
         select id from metric_series where workspace_id = $1 and resource_id = any($2::int4[]))) returning partition_id
     ), by_partition as (select partition_id, count(*) as records from gone group by partition_id
     ), counted as (
       update record_partition p set records = p.records - b.records from by_partition b
       where p.workspace_id = $1 and p.signal = 'metrics' and p.id = b.partition_id)
     update workspace set metric_point_count = metric_point_count - (select count(*) from gone) where id = $1`,
    [workspaceId, resources],
  );
}

/** Metrics without a point would be listed still. The writer forgets the ids with the rows. */
async function removeSeries(
  tx: SqlClient,
  { workspaceId, interned }: WriterState,
  resources: readonly number[],
): Promise<void> {
  const quarantined = (await quarantinedTables(tx, workspaceId, 'metric_point')).map(
    (table) => `and not exists (select 1 from ${table} p where p.workspace_id = $1 and p.series_id = s.id)`,
  );
  const series = decodeRows(
    { id: INT4, metric_id: INT4 },
    await tx.query(
      `delete from metric_series s where s.workspace_id = $1 and s.resource_id = any($2::int4[]) ${quarantined.join(' ')}
       returning s.id, s.metric_id`,
      [workspaceId, resources],
    ),
  );
  const metrics = decodeRows(
    { id: INT4 },
    await tx.query(
      `delete from metric m where m.workspace_id = $1 and m.id = any($2::int4[])
         and not exists (select 1 from metric_series s where s.workspace_id = $1 and s.metric_id = m.id) returning m.id`,
      [workspaceId, [...new Set(series.map(({ metric_id }) => metric_id))]],
    ),
  );
  interned.forget('metric_series', new Set(series.map(({ id }) => id)));
  interned.forget('metric', new Set(metrics.map(({ id }) => id)));
}
