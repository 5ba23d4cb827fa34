/** Sessions: traces that name the same one. A session stands in the list where its newest trace does. */

import type { Page } from '../../api/page';
import type { SessionListQuery, SessionSummary } from '../../api/session';
import { SpoorError } from '../../model/errors';
import { shortName } from '../../model/short-name';
import { rfc3339FromNs } from '../../model/time';
import type { PriceBook } from '../../pricing/price-book';
import { MODEL_CALLS } from '../calls/model-calls';
import { groupedCosts, NO_COST, type TraceCost } from '../calls/trace-costs';
import { deploymentsIn } from '../dictionary/deployments';
import { crossingSql } from '../sql/crossing-traces';
import { decodeCursor, pageOf, SESSION_CURSOR } from '../sql/cursor';
import { BOOL, decodeRows, INT8, orNull, type RowOf, TEXT, TEXT_ARRAY } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { KNOWS_DURATION_SQL } from '../sql/trace-duration';
import { containing, timeBound, WhereBuilder } from '../sql/where';
import { wholeSum } from '../sql/whole-sum';

const DEFAULT_LIMIT = 50;
const AGENTS_SHOWN = 10;

const NEWEST = { session_id: TEXT, start_ns: INT8, trace_id: TEXT };

const ROW = {
  session_id: TEXT,
  trace_count: INT8,
  failed_traces: INT8,
  traces_with_errors: INT8,
  span_count: INT8,
  start_ns: INT8,
  end_ns: INT8,
  busy_ns: orNull(INT8),
  agent_names: TEXT_ARRAY,
  services: TEXT_ARRAY,
  last_root: TEXT,
  incomplete: BOOL,
  input_tokens: orNull(INT8),
  output_tokens: orNull(INT8),
};

/** SQL over `t`: of the session that parameter `of` names. */
const inSession = (of: string): string =>
  `t.workspace_id = $1 and md5(t.session_id) = md5(${of}) and t.session_id = ${of} and t.deleted_at is null`;

export class Sessions {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly prices: () => PriceBook,
  ) {}

  /** Newest first. @throws SpoorError VALIDATION_ERROR */
  async list(query: SessionListQuery): Promise<Page<SessionSummary>> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const where = new WhereBuilder(this.workspaceId, 't');
    where.and('t.session_id is not null and t.deleted_at is null');
    await this.holdsTraceOf(where, query);
    const part = query.query?.trim().replaceAll('\0', '');
    if (part) {
      const pattern = containing(part);
      where.and(
        `(t.session_id ilike ? or t.agent_name ilike ?
          or (select o.name from operation o where o.id = t.root_operation_id) ilike ?)`,
        ...[pattern, pattern, pattern],
      );
    }
    if (query.cursor) {
      const { at, tie } = decodeCursor(SESSION_CURSOR, query.cursor);
      where.and('(t.start_ns, t.trace_id) < (?, ?::uuid)', at, tie);
    }
    const newest = decodeRows(
      NEWEST,
      await this.sql.query(
        `select t.session_id, t.start_ns, replace(t.trace_id::text, '-', '') as trace_id from trace t
         where ${where.sql} and not exists (select 1 from trace n where n.workspace_id = t.workspace_id
           and md5(n.session_id) = md5(t.session_id) and n.session_id = t.session_id and n.deleted_at is null
           and (n.start_ns, n.trace_id) > (t.start_ns, t.trace_id))
         order by t.start_ns desc, t.trace_id desc limit ${limit + 1}`,
        where.parameters,
      ),
    );
    const summaries = await this.summaries(newest.map(({ session_id }) => session_id));
    return pageOf(
      SESSION_CURSOR,
      newest,
      limit,
      ({ start_ns, trace_id }) => ({ at: start_ns, tie: trace_id }),
      ({ session_id }) => summaries.get(session_id) as SessionSummary,
    );
  }

  /** Any trace of a session may overlap the range, not only its newest, `t`. */
  private async holdsTraceOf(where: WhereBuilder, query: SessionListQuery): Promise<void> {
    const [from, to] = [timeBound('from', query.from), timeBound('to', query.to)];
    const deployments = await deploymentsIn(this.sql, this.workspaceId, query);
    if (from === null && to === null && !deployments) return;
    // The walk through the newest traces ends there.
    if (from !== null) where.and('t.start_ns >= ?', await this.earliestAfter(from));
    const bounds = [
      ...(from === null ? [] : [['o.end_ns >= ?', from] as const]),
      ...(to === null ? [] : [['o.start_ns < ?', to] as const]),
    ];
    const conditions = [...bounds.map(([sql]) => sql), ...(deployments ? [`o.deployment_ids && ${deployments}`] : [])];
    where.and(
      `exists (select 1 from trace o where o.workspace_id = t.workspace_id and md5(o.session_id) = md5(t.session_id)
         and o.session_id = t.session_id and o.deleted_at is null and ${conditions.join(' and ')})`,
      ...bounds.map(([, bound]) => bound),
    );
  }

  /** When the first trace starts that is still under way at a time, or that time. */
  private async earliestAfter(from: bigint): Promise<bigint> {
    const crossing = crossingSql(from).map(
      (condition) => `(select min(t.start_ns) from trace t where t.workspace_id = $1 and ${condition})`,
    );
    const rows = await this.sql.query(`select least(${crossing.join(', ')}) as first`, [this.workspaceId]);
    return decodeRows({ first: orNull(INT8) }, rows)[0]?.first ?? from;
  }

  /** @throws SpoorError NOT_FOUND when no trace names it */
  async summary(sessionId: string): Promise<SessionSummary> {
    const id = shortName(sessionId);
    const summary = (await this.summaries([id])).get(id);
    if (!summary) throw new SpoorError('NOT_FOUND', 'No trace that is stored here names this session.');
    return summary;
  }

  /** Ids of its traces [from, to), oldest first. */
  async traceIds(sessionId: string, from: number, to: number): Promise<string[]> {
    const rows = await this.sql.query(
      `select replace(t.trace_id::text, '-', '') as trace_id from trace t where ${inSession('$2')}
       order by t.start_ns, t.trace_id offset $3 limit $4`,
      [this.workspaceId, shortName(sessionId), from, Math.max(0, to - from)],
    );
    return decodeRows({ trace_id: TEXT }, rows).map(({ trace_id }) => trace_id);
  }

  private async summaries(ids: readonly string[]): Promise<Map<string, SessionSummary>> {
    if (ids.length === 0) return new Map();
    const rows = decodeRows(ROW, await this.sql.query(SUMMARIES, [this.workspaceId, ids]));
    const calls = `unnest($2::text[]) as i (session_id), trace t, ${MODEL_CALLS} c
      where ${inSession('i.session_id')} and c.workspace_id = t.workspace_id and c.trace_id = t.trace_id`;
    const costs = await groupedCosts(this.sql, this.prices(), 'i.session_id', calls, [this.workspaceId, ids]);
    return new Map(rows.map((row) => [row.session_id, summaryOf(row, costs.get(row.session_id))]));
  }
}

const SUMMARIES = `
select i.session_id, s.trace_count, s.failed_traces, s.traces_with_errors, s.span_count, s.start_ns, s.end_ns, s.busy_ns, s.input_tokens,
  s.output_tokens, coalesce(s.agent_names, '{}') as agent_names, o.name as last_root,
  (n.root_rank > 0 or n.missing_parents > 0) as incomplete,
  array(select name from service where workspace_id = $1 and id in
    (select unnest(t.service_ids) from trace t where ${inSession('i.session_id')}) order by name) as services
from unnest($2::text[]) as i (session_id),
  lateral (
    select count(*) as trace_count, count(*) filter (where t.failed_count > 0) as failed_traces,
      count(*) filter (where t.error_count > 0) as traces_with_errors,
      sum(t.span_count)::int8 as span_count, min(t.start_ns) as start_ns, max(t.end_ns) as end_ns,
      ${wholeSum(`case when ${KNOWS_DURATION_SQL} then t.end_ns - t.start_ns end`)} as busy_ns, ${wholeSum('t.input_tokens')} as input_tokens,
      ${wholeSum('t.output_tokens')} as output_tokens,
      array_agg(distinct t.agent_name order by t.agent_name) filter (where t.agent_name is not null) as agent_names
    from trace t where ${inSession('i.session_id')}) s,
  lateral (
    select * from trace t where ${inSession('i.session_id')} order by t.start_ns desc, t.trace_id desc limit 1) n
  join operation o on o.id = n.root_operation_id`;

function summaryOf(row: RowOf<typeof ROW>, cost: TraceCost = NO_COST): SessionSummary {
  return {
    sessionId: row.session_id,
    traceCount: Number(row.trace_count),
    failedTraces: Number(row.failed_traces),
    tracesWithErrors: Number(row.traces_with_errors),
    spanCount: Number(row.span_count),
    startTime: rfc3339FromNs(row.start_ns),
    endTime: rfc3339FromNs(row.end_ns),
    busyNs: row.busy_ns === null ? null : Number(row.busy_ns),
    agentNames: row.agent_names.slice(0, AGENTS_SHOWN),
    services: row.services,
    lastRootName: row.last_root,
    incomplete: row.incomplete,
    inputTokens: row.input_tokens === null ? null : Number(row.input_tokens),
    outputTokens: row.output_tokens === null ? null : Number(row.output_tokens),
    costUsd: cost.usd,
    costComplete: cost.complete,
    reportedCostUsd: cost.reportedUsd,
  };
}
