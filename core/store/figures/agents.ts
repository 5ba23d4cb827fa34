/** Agents over all traces: their runs, and the calls of models that they made. */
import type { AgentListQuery, AgentPage, AgentSummary } from '../../api/agents';
import type { PageQuery } from '../../api/page';
import { rfc3339FromNs } from '../../model/time';
import type { PriceBook } from '../../pricing/price-book';
import { deploymentsIn } from '../dictionary/deployments';
import { countedPage, WHOLE_LIST } from '../sql/offset-page';
import { decodeRows, FLOAT8, INT8, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { KNOWS_DURATION_SQL } from '../sql/trace-duration';
import { timeBound } from '../sql/where';
import { newestFrom } from './newest-rows';
import { MOST_CALLS, readUsage, STANDING_CALLS, USAGE_NAMES } from './usage-metrics';

/** Seconds: longer than any range, so that there is one step. */
const WHOLE_RANGE = 9_000_000_000;

const RUNS = {
  name: TEXT,
  runs: INT8,
  failed: INT8,
  with_errors: INT8,
  sessions: INT8,
  p50: orNull(FLOAT8),
  p95: orNull(FLOAT8),
  last_ns: INT8,
  agents: INT8,
};
/** Shown of an agent. */
const MODELS = 20;

/** @throws SpoorError VALIDATION_ERROR */
export async function readAgents(
  sql: SqlClient,
  workspaceId: number,
  book: PriceBook,
  query: AgentListQuery,
): Promise<AgentPage> {
  return pageOfAgents(await readAllAgents(sql, workspaceId, book, query), query);
}

/** @throws SpoorError VALIDATION_ERROR */
export function pageOfAgents({ agents, total, countedSince }: AllAgents, query: PageQuery): AgentPage {
  const unnamed = agents.some(({ name }) => name === null) ? 1 : 0;
  return {
    ...countedPage(agents, query, total),
    named: total - unnamed,
    ...(countedSince !== undefined && { countedSince }),
  };
}

export interface AllAgents {
  /** As many as lists have. */
  readonly agents: readonly AgentSummary[];
  readonly total: number;
  /** As of `AgentPage`. */
  readonly countedSince?: string | undefined;
}

/** Runs that are counted, about: the newest. */
const MOST_RUNS = 500_000;

/** The most expensive first, then the most used. @throws SpoorError VALIDATION_ERROR */
export async function readAllAgents(
  sql: SqlClient,
  workspaceId: number,
  book: PriceBook,
  query: Omit<AgentListQuery, keyof PageQuery>,
  mostRuns = MOST_RUNS,
  mostCalls = MOST_CALLS,
): Promise<AllAgents> {
  const [asked, to] = [timeBound('from', query.from), timeBound('to', query.to)];
  const newestRuns = await newestFrom(sql, 'trace', [workspaceId, asked, to], mostRuns);
  const { groups, other, countedSince } = await readUsage(
    sql,
    workspaceId,
    book,
    {
      ...query,
      ...(newestRuns !== null && { from: String(newestRuns) }),
      groupBy: 'agent',
      stepSeconds: WHOLE_RANGE,
    },
    mostCalls,
  );
  // Runs and calls are of the same time.
  const from = timeBound('from', countedSince) ?? newestRuns ?? asked;
  const bounds = [workspaceId, from, to];
  const between = (start: string): string =>
    `($2::int8 is null or ${start} >= $2) and ($3::int8 is null or ${start} < $3)`;
  const deployments = await deploymentsIn(sql, workspaceId, query);
  const runs = decodeRows(
    RUNS,
    await sql.query(
      `select agent_name as name, count(*) as runs, count(*) filter (where failed_count > 0) as failed,
         count(*) filter (where error_count > 0) as with_errors,
         count(distinct session_id) as sessions, max(start_ns) as last_ns,
         percentile_disc(0.5) within group (order by end_ns - start_ns) filter (where ${KNOWS_DURATION_SQL})::float8 as p50,
         percentile_disc(0.95) within group (order by end_ns - start_ns) filter (where ${KNOWS_DURATION_SQL})::float8 as p95,
         count(*) over () as agents
       from trace t where workspace_id = $1 and agent_name is not null and deleted_at is null and ${between('start_ns')}
         ${deployments ? `and deployment_ids && ${deployments}` : ''}
       group by 1 order by count(*) desc, 1 limit ${WHOLE_LIST}`,
      bounds,
    ),
  );
  const calls = new Map(groups.map((group) => [group.name, group]));
  const runsOf = new Map<string | null, (typeof runs)[number]>(runs.map((row) => [row.name, row]));
  const names = new Set<string | null>([...calls.keys(), ...runsOf.keys()]);
  const models = decodeRows(
    { name: orNull(TEXT), model: TEXT },
    await sql.query(
      // Of the named ones alone: joined, as many names are compared with each call at once.
      `select name, model from (
         select c.agent as name, c.model,
           row_number() over (partition by c.agent order by count(*) desc, c.model) as place
         from (select c.model, ${USAGE_NAMES.agent} as agent from ${STANDING_CALLS} and ${between('c.start_ns')}
             and c.model is not null ${deployments ? `and c.deployment_id = any(${deployments})` : ''} offset 0) c
           left join unnest($4::text[]) n (name) on n.name = c.agent
         where c.agent is null or n.name is not null group by 1, 2) m
       where place <= ${MODELS} order by place`,
      [...bounds, [...names].filter((name) => name !== null)],
    ),
  );
  const modelsOf = new Map<string | null, string[]>();
  for (const { name, model } of models) modelsOf.set(name, [...(modelsOf.get(name) ?? []), model]);
  const agents = [...names]
    .map((name): AgentSummary => {
      const [run, usage] = [runsOf.get(name), calls.get(name)];
      return {
        name,
        runs: Number(run?.runs ?? 0n),
        failedRuns: Number(run?.failed ?? 0n),
        runsWithErrors: Number(run?.with_errors ?? 0n),
        sessions: Number(run?.sessions ?? 0n),
        p50Ns: run?.p50 ?? null,
        p95Ns: run?.p95 ?? null,
        lastSeen: run ? rfc3339FromNs(run.last_ns) : null,
        calls: usage?.calls ?? 0,
        failedCalls: usage?.errors ?? 0,
        models: modelsOf.get(name) ?? [],
        inputTokens: usage?.inputTokens ?? 0,
        outputTokens: usage?.outputTokens ?? 0,
        cacheReadTokens: usage?.cacheReadTokens ?? 0,
        costUsd: usage?.costUsd ?? null,
        costComplete: usage?.costComplete ?? true,
        reportedCostUsd: usage?.reportedCostUsd ?? null,
      };
    })
    .sort((a, b) => (b.costUsd ?? -1) - (a.costUsd ?? -1) || b.runs + b.calls - a.runs - a.calls);
  const total = Math.max(agents.length, Number(runs[0]?.agents ?? 0n), groups.length + (other?.count ?? 0));
  const since = countedSince ?? (newestRuns === null ? undefined : rfc3339FromNs(newestRuns));
  return { agents, total, ...(since !== undefined && { countedSince: since }) };
}
