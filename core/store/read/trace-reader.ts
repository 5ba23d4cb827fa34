/** Reads traces by their ids, their spans, and services. Every query starts at an index that leads with `workspace_id`. */
import type { OperationSummary, ServiceSummary, StoredCounts } from '../../api/contract';
import type { CountedPage, PageQuery } from '../../api/page';
import type { OperationListQuery } from '../../api/service-metrics';
import { SpoorError } from '../../model/errors';
import { parseTraceId, type TraceId } from '../../model/ids';
import { shortName } from '../../model/short-name';
import { spanKindName } from '../../model/span-kind';
import { rfc3339FromNs } from '../../model/time';
import type { TraceSummary } from '../../model/trace-summary';
import { PriceBook } from '../../pricing/price-book';
import type { TraceSpans } from '../../timeline/load-trace';
import { type OperationRef, TRACE_COLUMNS_SQL } from '../../timeline/trace-columns';
import { NO_COST, traceCosts } from '../calls/trace-costs';
import { missingTrace } from '../pruning/trace-removal';
import { sliceOf, slicePage } from '../sql/offset-page';
import { BOOL, decodeRows, INT4, INT8, orNull, type RowOf, TEXT, TEXT_ARRAY } from '../sql/row-spec';
import type { SqlClient, SqlStatements } from '../sql/sql-client';
import { KNOWS_DURATION_SQL } from '../sql/trace-duration';

const TRACE_ROW = {
  trace_id: TEXT,
  start_ns: INT8,
  end_ns: INT8,
  span_count: INT4,
  error_count: INT4,
  failed_count: INT4,
  services: TEXT_ARRAY,
  root_name: TEXT,
  root_service: TEXT,
  incomplete: BOOL,
  input_tokens: orNull(INT8),
  output_tokens: orNull(INT8),
  agent_name: orNull(TEXT),
  agent_spans: INT4,
  session_id: orNull(TEXT),
  user_id: orNull(TEXT),
  changes: INT4,
  has_duration: BOOL,
};

const SELECT_TRACE = `
select replace(t.trace_id::text, '-', '') as trace_id, t.start_ns, t.end_ns, t.span_count, t.error_count, t.failed_count,
  array(select name from service where workspace_id = t.workspace_id and id = any(t.service_ids) order by name) as services,
  o.name as root_name, s.name as root_service, (t.root_rank > 0 or t.missing_parents > 0) as incomplete,
  t.input_tokens, t.output_tokens, t.agent_name, t.agent_spans, t.session_id, t.user_id, t.changes,
  ${KNOWS_DURATION_SQL} as has_duration`;

const NO_PRICES = new PriceBook([]);

const FROM_TRACE = 'from trace t join operation o on o.id = t.root_operation_id join service s on s.id = o.service_id';

export class TraceReader {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    /** As it is now. */
    private readonly prices: () => PriceBook = () => NO_PRICES,
  ) {}

  /** Of those that are there, by id. */
  async summaries(ids: readonly string[]): Promise<Map<string, TraceSummary>> {
    if (ids.length === 0) return new Map();
    const rows = await this.sql.query(
      `${SELECT_TRACE} from unnest($2::uuid[]) as i (trace_id),
         lateral (select * from trace where workspace_id = $1 and trace_id = i.trace_id and deleted_at is null limit 1) t
         join operation o on o.id = t.root_operation_id join service s on s.id = o.service_id`,
      [this.workspaceId, ids],
    );
    const costs = await traceCosts(this.sql, this.workspaceId, this.prices(), ids);
    return new Map(decodeRows(TRACE_ROW, rows).map((row) => [row.trace_id, summaryOf(row, costs.get(row.trace_id))]));
  }

  /** @throws SpoorError NOT_FOUND */
  async summary(traceId: string): Promise<TraceSummary> {
    const id = this.validTraceId(traceId);
    const row = await this.traceRow(id);
    return summaryOf(row, (await traceCosts(this.sql, this.workspaceId, this.prices(), [id])).get(id));
  }

  /**
   * The spans of a trace as binary COPY, decoded where they are used: no object a span, and no time of the database's thread.
   * @param since what an earlier call gave as `mark`: only spans stored after it; null: all
   * @throws SpoorError NOT_FOUND
   */
  async traceSpans(text: string, since: string | null): Promise<TraceSpans> {
    const traceId = this.validTraceId(text);
    return this.sql.transaction(async (tx) => {
      const row = await this.traceRow(traceId, tx);
      // Rows of a transaction that was still under way now, or began later, are new to the next call.
      const [mark] = decodeRows(
        { xmin: TEXT },
        await tx.query('select pg_snapshot_xmin(pg_current_snapshot())::text as xmin'),
      );
      // `traceId` is hex and `since` digits, so both may stand in SQL.
      const newer = since === null ? '' : ` and age(xmin) <= age('${BigInt(since)}'::xid8::xid)`;
      const rows = await tx.copyOut(
        `select ${TRACE_COLUMNS_SQL} from span
         where workspace_id = ${this.workspaceId} and trace_id = '${traceId}'${newer}`,
      );
      return {
        summary: summaryOf(row, (await traceCosts(tx, this.workspaceId, this.prices(), [traceId])).get(traceId)),
        originNs: row.start_ns.toString(),
        rows: rows as Uint8Array<ArrayBuffer>,
        mark: mark?.xmin ?? '0',
      };
    });
  }

  /** Spans of a trace that are of an agent run, by id as SQL stores it; null: spans of an older version are still read for it. */
  async agentSpans(text: string): Promise<BigInt64Array | null> {
    const traceId = this.validTraceId(text);
    const rows = await this.sql.query(
      `select span_id from span where workspace_id = $1 and trace_id = $2::uuid and agent_kind is not null
       union all select null where (select rebuild_due from workspace where id = $1)`,
      [this.workspaceId, traceId],
    );
    const ids = decodeRows({ span_id: orNull(INT8) }, rows).map(({ span_id }) => span_id);
    return ids.includes(null) ? null : BigInt64Array.from(ids.filter((id) => id !== null));
  }

  async listServices(query: PageQuery = {}): Promise<CountedPage<ServiceSummary>> {
    const slice = sliceOf(query);
    const rows = await this.sql.query(
      `with deleted as (
         select o.service_id, sum(d.spans) as spans, sum(d.errors) as errors
         from deleted_minute d join operation o on o.id = d.operation_id where d.workspace_id = $1 group by o.service_id)
       select s.name, (s.span_count - coalesce(d.spans, 0))::int8 as span_count,
         (s.error_count - coalesce(d.errors, 0))::int8 as error_count, s.first_seen_ns, s.last_seen_ns,
         count(*) over () as total
       from service s left join deleted d on d.service_id = s.id
       where s.workspace_id = $1 and s.span_count > coalesce(d.spans, 0) order by s.name, s.id
       offset $2 limit $3`,
      [this.workspaceId, slice.offset, slice.limit],
    );
    const spec = {
      name: TEXT,
      span_count: INT8,
      error_count: INT8,
      first_seen_ns: orNull(INT8),
      last_seen_ns: orNull(INT8),
      total: INT8,
    };
    const found = decodeRows(spec, rows);
    const services = found.map((service) => ({
      name: service.name,
      spanCount: Number(service.span_count),
      errorCount: Number(service.error_count),
      firstSeen: service.first_seen_ns === null ? null : rfc3339FromNs(service.first_seen_ns),
      lastSeen: service.last_seen_ns === null ? null : rfc3339FromNs(service.last_seen_ns),
    }));
    return slicePage(services, slice, Number(found[0]?.total ?? 0n));
  }

  async listOperations(query: OperationListQuery): Promise<CountedPage<OperationSummary>> {
    const slice = sliceOf(query);
    const service = query.service === undefined ? null : shortName(query.service);
    const rows = await this.sql.query(
      `select s.name as service, o.name, o.kind::int4 as kind, count(*) over () as total from operation o join service s on s.id = o.service_id
       where o.workspace_id = $1 and ($2::text is null or s.name = $2) order by s.name, o.name, o.kind
       offset $3 limit $4`,
      [this.workspaceId, service, slice.offset, slice.limit],
    );
    const found = decodeRows({ service: TEXT, name: TEXT, kind: INT4, total: INT8 }, rows);
    const operations = found.map(({ kind, service: of, name }) => ({ service: of, name, kind: spanKindName(kind) }));
    return slicePage(operations, slice, Number(found[0]?.total ?? 0n));
  }

  async counts(): Promise<StoredCounts> {
    const rows = await this.sql.query(
      'select span_count, trace_count, log_count, metric_point_count from workspace where id = $1',
      [this.workspaceId],
    );
    const spec = { span_count: INT8, trace_count: INT8, log_count: INT8, metric_point_count: INT8 };
    const row = decodeRows(spec, rows)[0];
    return {
      traces: Number(row?.trace_count ?? 0n),
      spans: Number(row?.span_count ?? 0n),
      logs: Number(row?.log_count ?? 0n),
      metricPoints: Number(row?.metric_point_count ?? 0n),
    };
  }

  private validTraceId(text: string): TraceId {
    const traceId = parseTraceId(text);
    if (!traceId) throw new SpoorError('NOT_FOUND', 'There is no such trace: a trace id is 32 hex digits.');
    return traceId;
  }

  private async traceRow(traceId: TraceId, sql: SqlStatements = this.sql): Promise<RowOf<typeof TRACE_ROW>> {
    const rows = await sql.query(
      `${SELECT_TRACE} ${FROM_TRACE} where t.workspace_id = $1 and t.trace_id = $2::uuid and t.deleted_at is null`,
      [this.workspaceId, traceId],
    );
    const row = decodeRows(TRACE_ROW, rows)[0];
    if (!row) throw await missingTrace(sql, this.workspaceId, traceId);
    return row;
  }

  async operations(ids: readonly number[]): Promise<OperationRef[]> {
    const rows = await this.sql.query(
      `select o.name, o.kind::int4 as kind, s.name as service
       from unnest($2::int4[]) with ordinality as i (id, at)
       join operation o on o.workspace_id = $1 and o.id = i.id join service s on s.id = o.service_id order by i.at`,
      [this.workspaceId, ids],
    );
    return decodeRows({ name: TEXT, kind: INT4, service: TEXT }, rows).map(({ name, kind, service }) => ({
      name,
      service,
      kind: spanKindName(kind),
    }));
  }
}

function summaryOf(row: RowOf<typeof TRACE_ROW>, cost = NO_COST): TraceSummary {
  return {
    traceId: row.trace_id,
    rootName: row.root_name,
    rootService: row.root_service,
    startTime: rfc3339FromNs(row.start_ns),
    durationNs: row.has_duration ? Number(row.end_ns - row.start_ns) : null,
    spanCount: row.span_count,
    errorCount: row.error_count,
    failedCount: row.failed_count,
    services: row.services,
    agentSpanCount: row.agent_spans,
    inputTokens: row.input_tokens === null ? null : Number(row.input_tokens),
    outputTokens: row.output_tokens === null ? null : Number(row.output_tokens),
    costUsd: cost.usd,
    costComplete: cost.complete,
    reportedCostUsd: cost.reportedUsd,
    sessionId: row.session_id,
    userId: row.user_id,
    agentName: row.agent_name,
    incomplete: row.incomplete,
    changes: row.changes,
  };
}
