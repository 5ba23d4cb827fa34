/** What the status says of the quarantine. */
import type { QuarantineReport } from '../../api/retention';
import { decodeRows, INT8, oneOf, orNull, TEXT } from '../sql/row-spec';
import type { SqlStatements } from '../sql/sql-client';
import { QUARANTINE_MS, QUARANTINED_SIGNALS, type QuarantinedSignal } from './quarantine';
import { tablesOf } from './size-limit';

const REPORT = {
  signal: oneOf(QUARANTINED_SIGNALS),
  traces: INT8,
  records: INT8,
  bytes: INT8,
  until: orNull(TEXT),
};

/** Null: nothing is in quarantine. */
export async function readQuarantine(sql: SqlStatements, workspaceId: number): Promise<QuarantineReport | null> {
  const cases = QUARANTINED_SIGNALS.map((signal) => `when '${signal}' then array['${tablesOf(signal).join("', '")}']`);
  const rows = await sql.query(
    `select q.signal, sum(q.traces)::int8 as traces, sum(q.records)::int8 as records,
       coalesce(sum((select sum(pg_total_relation_size(to_regclass('quarantined_' || n || '_' || q.partition_id)))
         from unnest(case q.signal ${cases.join(' ')} end) n)), 0)::int8 as bytes,
       to_char((min(q.quarantined_at) + interval '${QUARANTINE_MS} milliseconds') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as until
     from quarantine q where q.workspace_id = $1 and q.complete group by q.signal`,
    [workspaceId],
  );
  const found = decodeRows(REPORT, rows);
  if (found.length === 0) return null;
  const of = (signal: QuarantinedSignal): number => Number(found.find((row) => row.signal === signal)?.records ?? 0n);
  return {
    traces: found.reduce((sum, { traces }) => sum + Number(traces), 0),
    spans: of('spans'),
    logs: of('logs'),
    metricPoints: of('metrics'),
    bytes: found.reduce((sum, { bytes }) => sum + Number(bytes), 0),
    deletedFrom: found.map(({ until }) => until ?? '').sort()[0] ?? '',
  };
}
