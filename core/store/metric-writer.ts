/** Stores a batch of metric points: the metrics and series they belong to are made when they are met first. */
import { hexFromBytes } from '../model/ids';
import { type BatchMetric, type MetricBatch, NUMBER_DOUBLE, NUMBER_INT } from '../model/metric-batch';
import { CopyWriter } from './copy-binary';
import { decodeRows, INT4 } from './row-spec';
import type { SqlClient } from './sql-client';
import type { WriterState } from './writer-state';

const COLUMNS = [
  'time_ns',
  'start_ns',
  'int_value',
  'double_value',
  'workspace_id',
  'series_id',
  'rest',
  'partition_id',
];
const ROW_BYTES = 100;

interface Owners {
  readonly resourceIds: Int32Array;
  readonly scopeIds: Int32Array;
  readonly serviceIds: Int32Array;
}

export class MetricWriter {
  constructor(private readonly shared: WriterState) {}

  async append(tx: SqlClient, batch: MetricBatch): Promise<void> {
    const { workspaceId, partitions } = this.shared;
    const owners = await this.shared.interned.owners(tx, batch);
    const series = await this.seriesIds(tx, batch, owners);
    const partition = await partitions.of(tx, 'metrics');
    const copy = new CopyWriter(batch.length * ROW_BYTES + batch.rest.length);
    for (let i = 0; i < batch.length; i++) {
      copy.row(COLUMNS.length);
      copy.int8(batch.timeNs[i] as bigint);
      copy.int8(batch.startNs[i] as bigint);
      if (batch.numberKind[i] === NUMBER_INT) copy.int8(batch.int[i] as bigint);
      else copy.null();
      if (batch.numberKind[i] === NUMBER_DOUBLE) copy.float8(batch.double[i] as number);
      else copy.null();
      copy.int4(workspaceId);
      copy.int4(series[batch.series[i] as number] as number);
      copy.data(batch.rest, i === 0 ? 0 : (batch.restEnd[i - 1] as number), batch.restEnd[i] as number);
      copy.int4(partition);
    }
    await tx.copyIn('metric_point', COLUMNS, copy.finish());
    await partitions.count(tx, 'metrics', partition, batch.length);
  }

  private async seriesIds(tx: SqlClient, batch: MetricBatch, owners: Owners): Promise<Int32Array> {
    const ids = new Int32Array(batch.seriesMetric.length);
    for (let i = 0; i < ids.length; i++) {
      const metric = batch.metrics[batch.seriesMetric[i] as number] as BatchMetric;
      const attributes = batch.attributes.subarray(
        i === 0 ? 0 : (batch.attributesEnd[i - 1] as number),
        batch.attributesEnd[i],
      );
      const metricId = await this.metricId(tx, metric);
      const resourceId = owners.resourceIds[metric.resource] as number;
      const scopeId = owners.scopeIds[metric.scope] as number;
      ids[i] = await this.idOf(
        tx,
        `series\0${metricId}\0${resourceId}\0${scopeId}\0${hexFromBytes(attributes, 0, attributes.length)}`,
        `insert into metric_series (workspace_id, metric_id, service_id, resource_id, scope_id, attributes, digest)
         values ($1, $3, $4, $5, $6, $7, sha256(convert_to($2, 'UTF8')))`,
        [metricId, owners.serviceIds[metric.resource] as number, resourceId, scopeId, attributes],
      );
    }
    return ids;
  }

  private metricId(tx: SqlClient, metric: BatchMetric): Promise<number> {
    const { name, description, unit, kind, temporality, monotonic, metadata } = metric;
    const identity = [name, description, unit, kind, temporality, monotonic];
    return this.idOf(
      tx,
      `metric\0${JSON.stringify(identity)}${hexFromBytes(metadata, 0, metadata.length)}`,
      `insert into metric (workspace_id, name, description, unit, kind, temporality, monotonic, metadata, digest)
       values ($1, $3, $4, $5, $6, $7, $8, $9, sha256(convert_to($2, 'UTF8')))`,
      [name, description, unit, kind, temporality, monotonic, metadata],
    );
  }

  /** The id of a row that is unique by the digest of `key`, made when there is none. */
  private async idOf(
    tx: SqlClient,
    key: string,
    insert: string,
    parameters: readonly (string | number | boolean | Uint8Array)[],
  ): Promise<number> {
    const known = this.shared.interned.recall(key);
    if (known !== undefined) return known;
    const table = key.startsWith('metric') ? 'metric' : 'metric_series';
    const text = key.replaceAll('\0', ' ');
    const made = await tx.query(`${insert} on conflict (workspace_id, digest) do nothing returning id`, [
      this.shared.workspaceId,
      text,
      ...parameters,
    ]);
    const rows =
      made.length > 0
        ? made
        : await tx.query(
            `select id from ${table} where workspace_id = $1 and digest = sha256(convert_to($2, 'UTF8'))`,
            [this.shared.workspaceId, text],
          );
    const id = decodeRows({ id: INT4 }, rows)[0]?.id;
    if (id === undefined) throw new Error(`no ${table} came back for its digest`);
    this.shared.interned.remember(key, id);
    return id;
  }
}
