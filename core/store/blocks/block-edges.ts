/** Calls between services among spans that are read from the database. */
import { STATUS_ERROR } from '../../model/span-kind';
import { NS_PER_MINUTE } from '../../model/time';
import { DEPLOYMENT_OF_SPAN } from '../dictionary/deployments';
import { decodeRows, INT4, INT8, orNull, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlStatements } from '../sql/sql-client';
import { type EdgeFinder, type OnCall, spanKeyOf, traceKeyOfHex } from './edge-finder';

/** Of a span. */
export const SPAN_OF_EDGE = {
  trace_id: TEXT,
  span_id: INT8,
  parent_span_id: orNull(INT8),
  operation_id: INT4,
  start_ns: INT8,
  duration_ns: INT8,
  status: INT4,
  deployment_id: INT4,
};

/** Columns of `span s`. */
export const SPAN_OF_EDGE_SQL = `replace(s.trace_id::text, '-', '') as trace_id, s.span_id, s.parent_span_id, s.operation_id,
  s.start_ns, s.duration_ns, s.status::int4 as status, ${DEPLOYMENT_OF_SPAN} as deployment_id`;

/** Services by operation. */
export async function servicesOf(
  sql: SqlStatements,
  operationIds: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await sql.query('select id, service_id from operation where id = any($1::int4[])', [
    [...new Set(operationIds)],
  ]);
  return new Map(decodeRows({ id: INT4, service_id: INT4 }, rows).map(({ id, service_id }) => [id, service_id]));
}

export function findEdges(row: RowOf<typeof SPAN_OF_EDGE>, serviceId: number, edges: EdgeFinder, onCall: OnCall): void {
  const trace = traceKeyOfHex(row.trace_id);
  const parent = row.parent_span_id === null ? null : spanKeyOf(trace, row.parent_span_id);
  const callee = {
    serviceId,
    minute: Number(row.start_ns / NS_PER_MINUTE),
    deploymentId: row.deployment_id,
    error: row.status === STATUS_ERROR,
    durationNs: row.duration_ns,
  };
  edges.add(spanKeyOf(trace, row.span_id), parent, callee, onCall);
}
