/** How rows of metrics and their attributes are read. */
import type { MetricSummary } from '../../api/telemetry';
import type { KeyValue } from '../../model/json-types';
import { METRIC_KINDS, type MetricKind } from '../../model/metric-batch';
import { readKeyValue } from '../../otlp/proto-to-json';
import { WireReader } from '../../otlp/wire-reader';
import { BOOL, BYTEA, INT4, INT8, oneOf, type RowOf, TEXT, TEXT_ARRAY } from '../sql/row-spec';

export const METRIC_ROW = {
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

/** Of `metric m`. */
export const METRIC_COLUMNS = `m.id, m.name, m.description, m.unit, m.kind, m.temporality::int4 as temporality, m.monotonic, m.metadata,
  array(select distinct v.name from metric_series s join service v on v.id = s.service_id
    where s.workspace_id = m.workspace_id and s.metric_id = m.id order by 1) as services,
  (select count(*) from metric_series s where s.workspace_id = m.workspace_id and s.metric_id = m.id) as series_count`;

const TEMPORALITIES = ['unspecified', 'delta', 'cumulative'] as const;
const WITH_TEMPORALITY: ReadonlySet<MetricKind> = new Set(['sum', 'histogram', 'exponentialHistogram']);

export function metricOf(row: RowOf<typeof METRIC_ROW>): MetricSummary {
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

/** KeyValue messages, each as field 1. */
export function keyValuesOf(bytes: Uint8Array): KeyValue[] {
  const attributes: KeyValue[] = [];
  const reader = new WireReader(bytes);
  while (reader.next()) attributes.push(readKeyValue(reader.message()));
  return attributes;
}
