/** Reads metrics, and the points of one. */
import type { Page } from '../../api/page';
import type { MetricListQuery, MetricPoint, MetricPointQuery, MetricSummary } from '../../api/telemetry';
import { METRIC_KINDS } from '../../model/metric-batch';
import { rfc3339FromNs } from '../../model/time';
import { readPointFields } from '../../otlp/metric-point';
import { decodeResource, decodeScope, doubleJson } from '../../otlp/proto-to-json';
import { keptTime } from '../../otlp/sent-times';
import { WireReader } from '../../otlp/wire-reader';
import { decodeCursor, METRIC_CURSOR, POINT_CURSOR, pageOf } from '../sql/cursor';
import { BYTEA, decodeRows, FLOAT8, INT4, INT8, oneOf, orNull, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { containing, timeBound, WhereBuilder } from '../sql/where';
import { keyValuesOf, METRIC_COLUMNS, METRIC_ROW, metricOf } from './metric-rows';

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

const POINT_COLUMNS = `p.time_ns, p.start_ns, p.int_value, p.double_value, p.rest, p.series_id, p.partition_id, p.ctid as tid,
  p.partition_id || ':' || p.ctid::text as place`;
const NEWEST_FIRST = 'order by p.time_ns desc, p.partition_id desc, p.tid desc';
const DEFAULT_LIMIT = 50;
/** So many are read one by one: of each a page at most. */
const FEW_SERIES = 1_000;

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
      `select ${METRIC_COLUMNS}
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
      `select p.time_ns, p.start_ns, p.int_value, p.double_value, p.rest, p.place, m.kind, s.attributes,
         v.name as service, r.message as resource, r.schema_url as resource_schema_url, c.message as scope,
         c.schema_url as scope_schema_url
       from (${await this.newest(metricId, where, limit + 1)}) p
         join metric_series s on s.id = p.series_id join metric m on m.id = s.metric_id
         join service v on v.id = s.service_id join resource r on r.id = s.resource_id join scope c on c.id = s.scope_id
       ${NEWEST_FIRST}`,
      where.parameters,
    );
    const cursorOf = (row: RowOf<typeof POINT_ROW>) => ({ at: row.time_ns, tie: row.place });
    return pageOf(POINT_CURSOR, decodeRows(POINT_ROW, rows), limit, cursorOf, pointOf);
  }

  /** SQL of so many points. Of few series the newest of each are read by the index, which takes as long however many there are. */
  private async newest(metricId: number, where: WhereBuilder, limit: number): Promise<string> {
    const series = decodeRows(
      { id: INT4 },
      await this.sql.query(
        `select id from metric_series where workspace_id = $1 and metric_id = $2 limit ${FEW_SERIES + 1}`,
        [this.workspaceId, metricId],
      ),
    );
    const select = `select ${POINT_COLUMNS} from metric_point p where ${where.sql}`;
    const end = `order by p.time_ns desc, p.partition_id desc, p.ctid desc limit ${limit}`;
    if (series.length > FEW_SERIES) {
      return `${select} and p.series_id = any(array(
        select id from metric_series where workspace_id = $1 and metric_id = ${metricId})) ${end}`;
    }
    return `select p.* from unnest('{${series.map(({ id }) => id).join(',')}}'::int4[]) as i (id), lateral (
        ${select} and p.series_id = i.id ${end}) p ${NEWEST_FIRST} limit ${limit}`;
  }
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
    timeUnixNano: (keptTime(row.rest, 3) ?? row.time_ns).toString(),
    startTimeUnixNano: (keptTime(row.rest, 2) ?? row.start_ns).toString(),
  };
}

function numberOf({ int_value, double_value }: RowOf<typeof POINT_ROW>): MetricPoint['value'] {
  if (int_value !== null) return { asInt: int_value.toString() };
  return double_value === null ? null : { asDouble: doubleJson(double_value) };
}
