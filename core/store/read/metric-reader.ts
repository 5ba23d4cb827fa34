/** Reads metrics, and the points of one. */
import type { Page } from '../../api/page';
import type { MetricListQuery, MetricPoint, MetricPointQuery, MetricSummary } from '../../api/telemetry';
import type { KeyValue } from '../../model/json-types';
import { METRIC_KINDS, type MetricKind } from '../../model/metric-batch';
import { rfc3339FromNs } from '../../model/time';
import { readPointFields } from '../../otlp/metric-point';
import { decodeResource, decodeScope, doubleJson, readKeyValue } from '../../otlp/proto-to-json';
import { WireReader } from '../../otlp/wire-reader';
import { decodeCursor, METRIC_CURSOR, POINT_CURSOR, pageOf } from '../sql/cursor';
import {
  BOOL,
  BYTEA,
  decodeRows,
  FLOAT8,
  INT4,
  INT8,
  oneOf,
  orNull,
  type RowOf,
  TEXT,
  TEXT_ARRAY,
} from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { containing, timeBound, WhereBuilder } from '../sql/where';

const METRIC_ROW = {
  id: INT4,
  name: TEXT,
  description: TEXT,
  unit: TEXT,
  kind: oneOf(METRIC_KINDS),
  temporality: INT4,
  monotonic: BOOL,
  metadata: BYTEA,
  services: TEXT_ARRAY,
  series_count: INT8,
};

const POINT_ROW = {
  time_ns: INT8,
  start_ns: INT8,
  int_value: orNull(INT8),
  double_value: orNull(FLOAT8),
  rest: BYTEA,
  place: TEXT,
  kind: oneOf(METRIC_KINDS),
  attributes: BYTEA,
  service: TEXT,
  resource: BYTEA,
  resource_schema_url: TEXT,
  scope: BYTEA,
  scope_schema_url: TEXT,
};

const DEFAULT_LIMIT = 50;
const TEMPORALITIES = ['unspecified', 'delta', 'cumulative'] as const;
const WITH_TEMPORALITY: ReadonlySet<MetricKind> = new Set(['sum', 'histogram', 'exponentialHistogram']);

export class MetricReader {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {}

  /** In the order they were met first. @throws SpoorError VALIDATION_ERROR */
  async list(query: MetricListQuery): Promise<Page<MetricSummary>> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const where = new WhereBuilder(this.workspaceId, 'm');
    for (const word of (query.query ?? '').split(/\s+/).filter((text) => text !== '')) {
      where.and('m.name ilike ?', containing(word.replaceAll('\0', '')));
    }
    if (query.cursor) where.and('m.id > ?', decodeCursor(METRIC_CURSOR, query.cursor).at);
    const rows = await this.sql.query(
      `select m.id, m.name, m.description, m.unit, m.kind, m.temporality::int4 as temporality, m.monotonic, m.metadata,
         array(select distinct v.name from metric_series s join service v on v.id = s.service_id
           where s.workspace_id = m.workspace_id and s.metric_id = m.id order by 1) as services,
         (select count(*) from metric_series s where s.workspace_id = m.workspace_id and s.metric_id = m.id) as series_count
       from metric m where ${where.sql} order by m.id limit ${limit + 1}`,
      where.parameters,
    );
    const cursorOf = (row: RowOf<typeof METRIC_ROW>) => ({ at: BigInt(row.id), tie: '' });
    return pageOf(METRIC_CURSOR, decodeRows(METRIC_ROW, rows), limit, cursorOf, metricOf);
  }

  /** Newest first. @throws SpoorError VALIDATION_ERROR */
  async points(metricId: number, query: MetricPointQuery): Promise<Page<MetricPoint>> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const where = new WhereBuilder(this.workspaceId, 'p');
    where.and(
      'p.series_id = any(array(select id from metric_series where workspace_id = $1 and metric_id = ?))',
      metricId,
    );
    const from = timeBound('from', query.from);
    const to = timeBound('to', query.to);
    if (from !== null) where.and('p.time_ns >= ?', from);
    if (to !== null) where.and('p.time_ns < ?', to);
    if (query.cursor) {
      const { at, tie } = decodeCursor(POINT_CURSOR, query.cursor);
      const [partition, place] = tie.split(':') as [string, string];
      where.and(
        '(p.time_ns < ? or p.time_ns = ? and (p.partition_id, p.ctid) < (?, ?::text::tid))',
        at,
        at,
        Number(partition),
        place,
      );
    }
    const rows = await this.sql.query(
      `select p.time_ns, p.start_ns, p.int_value, p.double_value, p.rest, p.partition_id || ':' || p.ctid::text as place, m.kind, s.attributes,
         v.name as service, r.message as resource, r.schema_url as resource_schema_url, c.message as scope,
         c.schema_url as scope_schema_url
       from metric_point p join metric_series s on s.id = p.series_id join metric m on m.id = s.metric_id
         join service v on v.id = s.service_id join resource r on r.id = s.resource_id join scope c on c.id = s.scope_id
       where ${where.sql} order by p.time_ns desc, p.partition_id desc, p.ctid desc limit ${limit + 1}`,
      where.parameters,
    );
    const cursorOf = (row: RowOf<typeof POINT_ROW>) => ({ at: row.time_ns, tie: row.place });
    return pageOf(POINT_CURSOR, decodeRows(POINT_ROW, rows), limit, cursorOf, pointOf);
  }
}

function metricOf(row: RowOf<typeof METRIC_ROW>): MetricSummary {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    unit: row.unit,
    kind: row.kind,
    temporality: WITH_TEMPORALITY.has(row.kind) ? (TEMPORALITIES[row.temporality] ?? 'unspecified') : null,
    monotonic: row.monotonic,
    metadata: keyValuesOf(row.metadata),
    services: row.services,
    seriesCount: Number(row.series_count),
  };
}

function pointOf(row: RowOf<typeof POINT_ROW>): MetricPoint {
  return {
    time: rfc3339FromNs(row.time_ns),
    startTime: row.start_ns === 0n ? null : rfc3339FromNs(row.start_ns),
    service: row.service,
    attributes: keyValuesOf(row.attributes),
    value: numberOf(row),
    fields: readPointFields(row.kind, new WireReader(row.rest)),
    resource: { ...decodeResource(row.resource), schemaUrl: row.resource_schema_url },
    scope: { ...decodeScope(row.scope), schemaUrl: row.scope_schema_url },
    timeUnixNano: row.time_ns.toString(),
    startTimeUnixNano: row.start_ns.toString(),
  };
}

function numberOf({ int_value, double_value }: RowOf<typeof POINT_ROW>): MetricPoint['value'] {
  if (int_value !== null) return { asInt: int_value.toString() };
  return double_value === null ? null : { asDouble: doubleJson(double_value) };
}

/** KeyValue messages, each as field 1. */
function keyValuesOf(bytes: Uint8Array): KeyValue[] {
  const attributes: KeyValue[] = [];
  const reader = new WireReader(bytes);
  while (reader.next()) attributes.push(readKeyValue(reader.message()));
  return attributes;
}
