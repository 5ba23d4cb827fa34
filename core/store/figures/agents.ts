/** Agents over all traces: their runs, and the calls of models that they made. */
import type { AgentListQuery, AgentSummary } from '../../api/agents';
import type { CountedPage, PageQuery } from '../../api/page';
import { rfc3339FromNs } from '../../model/time';
import type { PriceBook } from '../../pricing/price-book';
import { deploymentsIn } from '../dictionary/deployments';
import { countedPage, WHOLE_LIST } from '../sql/offset-page';
import { decodeRows, FLOAT8, INT8, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { timeBound } from '../sql/where';
import { readUsage, STANDING_CALLS, USAGE_NAMES } from './usage-metrics';

/** Seconds: longer than any range, so that there is one step. */
const WHOLE_RANGE = 9_000_000_000;

const RUNS = {
  name: TEXT,
  runs: INT8,
  failed: INT8,
  sessions: INT8,
  p50: FLOAT8,
  p95: FLOAT8,
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
): Promise<CountedPage<AgentSummary>> {
  return pageOfAgents(await readAllAgents(sql, workspaceId, book, query), query);
}

/** @throws SpoorError VALIDATION_ERROR */
export function pageOfAgents({ agents, total }: AllAgents, query: PageQuery): CountedPage<AgentSummary> {
  return countedPage(agents, query, total);
}

export interface AllAgents {
  /** As many as lists have. */
  readonly agents: readonly AgentSummary[];
  readonly total: number;
}

/** The most expensive first, then the most used. @throws SpoorError VALIDATION_ERROR */
export async function readAllAgents(
  sql: SqlClient,
  workspaceId: number,
  book: PriceBook,
  query: Omit<AgentListQuery, keyof PageQuery>,
): Promise<AllAgents> {
  const [from, to] = [timeBound('from', query.from), timeBound('to', query.to)];
  const bounds = [workspaceId, from, to];
  const between = (start: string): string =>
    `($2::int8 is null or ${start} >= $2) and ($3::int8 is null or ${start} < $3)`;
  const deployments = await deploymentsIn(sql, workspaceId, query);
  const runs = decodeRows(
    RUNS,
    await sql.query(
      `select agent_name as name, count(*) as runs, count(*) filter (where error_count > 0) as failed,
         count(distinct session_id) as sessions, max(start_ns) as last_ns,
         percentile_disc(0.5) within group (order by end_ns - start_ns)::float8 as p50,
         percentile_disc(0.95) within group (order by end_ns - start_ns)::float8 as p95, count(*) over () as agents
       from trace where workspace_id = $1 and agent_name is not null and deleted_at is null and ${between('start_ns')}
         ${deployments ? `and deployment_ids && ${deployments}` : ''}
       group by 1 order by count(*) desc, 1 limit ${WHOLE_LIST}`,
      bounds,
    ),
  );
  const { groups, other } = await readUsage(sql, workspaceId, book, {
    ...query,
    groupBy: 'agent',
    stepSeconds: WHOLE_RANGE,
  });
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
        runsWithErrors: Number(run?.failed ?? 0n),
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
  return { agents, total: Math.max(Number(runs[0]?.agents ?? 0n), groups.length + (other?.count ?? 0)) };
}
