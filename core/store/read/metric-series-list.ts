/** The series of a metric with their labels. */
import type { MetricAttribute } from '../../api/metrics';
import { type FilterTerm, passes } from '../../metrics/series-filter';
import { type AnyValue, plainValue } from '../../model/json-types';
import { decodeResource } from '../../otlp/proto-to-json';
import { BYTEA, decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { keyValuesOf } from './metric-rows';

/** Of one metric: what is beyond is left out, and that is said. */
const MOST_SERIES = 100_000;
const RESOURCE = 'resource.';

export interface LabelledSeries {
  readonly id: number;
  readonly service: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly resource: ReadonlyMap<string, string>;
}

/** `service`, an attribute of the resource, or one of the points; empty text: it has none. */
export function labelOf({ service, attributes, resource }: LabelledSeries, key: string): string {
  if (key === 'service') return service;
  return (key.startsWith(RESOURCE) ? resource.get(key.slice(RESOURCE.length)) : attributes.get(key)) ?? '';
}

export function allLabels(series: LabelledSeries): Record<string, string> {
  return { service: series.service, ...Object.fromEntries(series.attributes) };
}

/** Newest first. @param keys that are asked for beside those of the filter */
export async function listSeries(
  sql: SqlClient,
  workspaceId: number,
  metricId: number,
  {
    terms = [],
    keys = [],
    most = MOST_SERIES,
  }: { terms?: readonly FilterTerm[]; keys?: readonly string[]; most?: number },
): Promise<LabelledSeries[]> {
  const rows = decodeRows(
    { id: INT4, resource_id: INT4, attributes: BYTEA, service: TEXT },
    await sql.query(
      `select s.id, s.resource_id, s.attributes, v.name as service from metric_series s join service v on v.id = s.service_id
       where s.workspace_id = $1 and s.metric_id = $2 order by s.id desc limit ${most}`,
      [workspaceId, metricId],
    ),
  );
  const asksResource = [...terms.map(({ key }) => key), ...keys].some((key) => key.startsWith(RESOURCE));
  const ids = [...new Set(rows.map(({ resource_id }) => resource_id))];
  const resources = asksResource
    ? await resourcesOf(sql, workspaceId, ids)
    : new Map<number, ReadonlyMap<string, string>>();
  return rows
    .map(({ id, resource_id, attributes, service }) => ({
      id,
      service,
      attributes: textsOf(keyValuesOf(attributes)),
      resource: resources.get(resource_id) ?? new Map<string, string>(),
    }))
    .filter((series) => passes(terms, (key) => labelOf(series, key)));
}

/** What tells the series apart, and how many values each has. */
export function attributesOf(series: readonly LabelledSeries[]): MetricAttribute[] {
  const values = new Map<string, Set<string>>([['service', new Set(series.map(({ service }) => service))]]);
  for (const { attributes } of series) {
    for (const [key, value] of attributes) {
      const there = values.get(key) ?? new Set();
      values.set(key, there.add(value));
    }
  }
  return [...values].map(([key, { size }]) => ({ key, values: size }));
}

async function resourcesOf(
  sql: SqlClient,
  workspaceId: number,
  ids: readonly number[],
): Promise<Map<number, ReadonlyMap<string, string>>> {
  const rows = decodeRows(
    { id: INT4, message: BYTEA },
    await sql.query('select id, message from resource where workspace_id = $1 and id = any($2::int4[])', [
      workspaceId,
      ids,
    ]),
  );
  return new Map(rows.map(({ id, message }) => [id, textsOf(decodeResource(message).attributes)]));
}

function textsOf(
  attributes: readonly { readonly key: string; readonly value: AnyValue }[],
): ReadonlyMap<string, string> {
  return new Map(attributes.map(({ key, value }) => [key, textOf(value)]));
}

function textOf(value: AnyValue): string {
  const plain = plainValue(value);
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}
