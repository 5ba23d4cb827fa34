/** Stores a batch of metric points: the metrics and series they belong to are made when they are met first. */
import { hexFromBytes } from '../../model/ids';
import { type BatchMetric, type MetricBatch, NUMBER_DOUBLE, NUMBER_INT } from '../../model/metric-batch';
import { CopyWriter } from '../sql/copy-binary';
import { decodeRows, INT4 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
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

/** A statement of more takes memory for no gain. */
const ROWS_A_STATEMENT = 5_000;

interface Target {
  readonly table: 'metric' | 'metric_series';
  readonly columns: readonly { readonly name: string; readonly type: 'text' | 'int2' | 'int4' | 'bool' | 'bytea' }[];
}
const METRIC: Target = {
  table: 'metric',
  columns: [
    { name: 'name', type: 'text' },
    { name: 'description', type: 'text' },
    { name: 'unit', type: 'text' },
    { name: 'kind', type: 'text' },
    { name: 'temporality', type: 'int2' },
    { name: 'monotonic', type: 'bool' },
    { name: 'metadata', type: 'bytea' },
  ],
};
const SERIES: Target = {
  table: 'metric_series',
  columns: [
    { name: 'metric_id', type: 'int4' },
    { name: 'service_id', type: 'int4' },
    { name: 'resource_id', type: 'int4' },
    { name: 'scope_id', type: 'int4' },
    { name: 'attributes', type: 'bytea' },
  ],
};

interface Keyed {
  readonly key: string;
  /** In the order of the columns; bytes as hex. */
  readonly row: readonly (string | number | boolean)[];
}

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
    const metricIds = await this.metricIds(tx, batch.metrics);
    const series = Array.from(batch.seriesMetric, (at, i): Keyed => {
      const { resource, scope } = batch.metrics[at] as BatchMetric;
      const start = i === 0 ? 0 : (batch.attributesEnd[i - 1] as number);
      const attributes = hexFromBytes(batch.attributes, start, (batch.attributesEnd[i] as number) - start);
      const metricId = metricIds[at] as number;
      const resourceId = owners.resourceIds[resource] as number;
      const scopeId = owners.scopeIds[scope] as number;
      return {
        key: `series\0${metricId}\0${resourceId}\0${scopeId}\0${attributes}`,
        row: [metricId, owners.serviceIds[resource] as number, resourceId, scopeId, attributes],
      };
    });
    return this.idsOf(tx, SERIES, series);
  }

  private metricIds(tx: SqlClient, metrics: readonly BatchMetric[]): Promise<Int32Array> {
    const keyed = metrics.map(({ name, description, unit, kind, temporality, monotonic, metadata }): Keyed => {
      const identity = [name, description, unit, kind, temporality, monotonic];
      const hex = hexFromBytes(metadata, 0, metadata.length);
      return { key: `metric\0${JSON.stringify(identity)}${hex}`, row: [...identity, hex] };
    });
    return this.idsOf(tx, METRIC, keyed);
  }

  /** The ids of rows that are unique by the digests of their keys; those that are not there are made, thousands by a statement. */
  private async idsOf(tx: SqlClient, { table, columns }: Target, rows: readonly Keyed[]): Promise<Int32Array> {
    const { interned, workspaceId } = this.shared;
    const missing = new Map<string, Keyed['row']>();
    const ids = new Map<string, number>();
    for (const { key, row } of rows) {
      const known = interned.recall(table, key);
      if (known === undefined) missing.set(key, row);
      else ids.set(key, known);
    }
    const all = [...missing];
    for (let at = 0; at < all.length; at += ROWS_A_STATEMENT) {
      const some = all.slice(at, at + ROWS_A_STATEMENT);
      const texts = some.map(([key]) => key.replaceAll('\0', ' '));
      const types = columns.map(({ type }, i) => `$${i + 3}::${type === 'bytea' ? 'text' : type}[]`);
      const names = columns.map(({ name }) => name);
      await tx.execute(
        `insert into ${table} (workspace_id, digest, ${names})
         select $1, sha256(convert_to(key, 'UTF8')), ${columns.map(({ name, type }) => (type === 'bytea' ? `decode(${name}, 'hex')` : name))}
         from unnest($2::text[], ${types}) as i (key, ${names})
         on conflict (workspace_id, digest) do nothing`,
        [workspaceId, texts, ...columns.map((_, i) => some.map(([, row]) => row[i] as string | number | boolean))],
      );
      const made = await tx.query(
        // Each looked up by its index: without statistics a join may compare all with all, which thousands do not survive.
        `select t.id, i.at::int4 as at from unnest($2::text[]) with ordinality as i (key, at), lateral (
           select id from ${table} where workspace_id = $1 and digest = sha256(convert_to(i.key, 'UTF8')) limit 1) as t`,
        [workspaceId, texts],
      );
      for (const { id, at: ordinal } of decodeRows({ id: INT4, at: INT4 }, made)) {
        const [key] = some[ordinal - 1] as (typeof some)[number];
        interned.remember(table, key, id);
        ids.set(key, id);
      }
    }
    return Int32Array.from(rows, ({ key }) => {
      const id = ids.get(key);
      if (id === undefined) throw new Error(`no ${table} came back for its digest`);
      return id;
    });
  }
}
