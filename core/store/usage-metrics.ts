/** Adds up calls of models by model, provider, agent or service, and prices them by the book as it is now. */
import { SpoorError } from '../api/errors';
import type { UsageBy, UsageGroup, UsageMetrics, UsageQuery, UsageValues } from '../api/usage';
import { rfc3339FromNs } from '../model/time';
import type { PriceBook } from '../pricing/price-book';
import { deploymentsIn } from './deployments';
import { MODEL_CALLS } from './model-calls';
import { BOOL, decodeRows, FLOAT8, INT4, INT8, orNull, TEXT } from './row-spec';
import type { SqlClient } from './sql-client';
import { costOf, sizeSql } from './trace-costs';
import { timeBound } from './where';

const STEPS = 60;
const MAX_STEPS = 2_000;
const NS_PER_SECOND = 1_000_000_000n;

/** SQL over calls `c` of traces `t`. */
export const USAGE_NAMES: Readonly<Record<UsageBy, string>> = {
  model: 'c.model',
  provider: 'c.provider',
  // Most calls do not say whose they are: the first agent of the trace is.
  agent: 'coalesce(c.agent_name, t.agent_name)',
  service: '(select s.name from operation o join service s on s.id = o.service_id where o.id = c.operation_id)',
};

/** Of traces that are not deleted. */
export const STANDING_CALLS = `${MODEL_CALLS} c join trace t on t.workspace_id = c.workspace_id and t.trace_id = c.trace_id
  where c.workspace_id = $1 and t.deleted_at is null`;

const SUMS = ['input', 'output', 'cache_read', 'cache_write', 'reasoning', 'input_audio', 'output_audio'] as const;

const ROW = {
  name: orNull(TEXT),
  step: INT4,
  provider: orNull(TEXT),
  model: orNull(TEXT),
  service_tier: orNull(TEXT),
  is_said: BOOL,
  calls: INT8,
  errors: INT8,
  start_ns: INT8,
  largest: orNull(INT8),
  reported: orNull(FLOAT8),
  input: orNull(INT8),
  output: orNull(INT8),
  cache_read: orNull(INT8),
  cache_write: orNull(INT8),
  reasoning: orNull(INT8),
  input_audio: orNull(INT8),
  output_audio: orNull(INT8),
};

/** @throws SpoorError VALIDATION_ERROR */
export async function readUsage(
  sql: SqlClient,
  workspaceId: number,
  book: PriceBook,
  query: UsageQuery,
): Promise<UsageMetrics> {
  const { from, to } = await boundsOf(sql, workspaceId, query);
  const seconds = (to - from + NS_PER_SECOND - 1n) / NS_PER_SECOND;
  const asked =
    query.stepSeconds === undefined ? (seconds + BigInt(STEPS) - 1n) / BigInt(STEPS) : BigInt(query.stepSeconds);
  const stepSeconds = asked < 1n ? 1n : asked;
  const steps = Number((seconds + stepSeconds - 1n) / stepSeconds);
  if (steps > MAX_STEPS) {
    throw new SpoorError('VALIDATION_ERROR', `The range has ${steps} steps, and at most ${MAX_STEPS} are counted.`, [
      { field: 'step', code: 'too_small', message: 'use a longer step or a shorter range' },
    ]);
  }
  const deployments = await deploymentsIn(sql, workspaceId, query);
  const sums = SUMS.map((name) => `sum(c.${name}_tokens)::int8 as ${name}`).join(', ');
  const rows = await sql.query(
    `select ${USAGE_NAMES[query.groupBy ?? 'model']} as name, ((c.start_ns - $2::int8) / $4::int8)::int4 as step, c.provider, c.model,
       c.service_tier, c.input_tokens is not null or c.output_tokens is not null as is_said, count(*) as calls,
       count(*) filter (where c.status = 2) as errors, min(c.start_ns) as start_ns, max(c.input_tokens) as largest,
       sum(c.reported_cost) as reported, ${sums}
     from ${STANDING_CALLS} and c.start_ns >= $2 and c.start_ns < $3
       ${deployments ? `and c.deployment_id = any(${deployments})` : ''}
     group by 1, 2, 3, 4, 5, 6, ${sizeSql(book)}`,
    [workspaceId, from, to, stepSeconds * NS_PER_SECOND],
  );
  const groups = new Map<string | null, { total: Tally; steps: Tally[] }>();
  for (const row of decodeRows(ROW, rows)) {
    let group = groups.get(row.name);
    if (!group) {
      group = { total: new Tally(), steps: Array.from({ length: Math.max(1, steps) }, () => new Tally()) };
      groups.set(row.name, group);
    }
    const usd = costOf(book, row, row.largest);
    const complete = usd !== null || (!row.is_said && row.errors === row.calls);
    group.total.add(row, usd, complete);
    group.steps[row.step]?.add(row, usd, complete);
  }
  return {
    from: rfc3339FromNs(from),
    to: rfc3339FromNs(to),
    stepSeconds: Number(stepSeconds),
    groups: [...groups]
      .map(
        ([name, group]): UsageGroup => ({
          name,
          ...group.total.values(),
          steps: group.steps.map((step) => step.values()),
        }),
      )
      .sort(
        (a, b) =>
          (b.costUsd ?? 0) - (a.costUsd ?? 0) || b.inputTokens + b.outputTokens - a.inputTokens - a.outputTokens,
      ),
  };
}

class Tally {
  private calls = 0;
  private errors = 0;
  private readonly tokens = { input: 0, output: 0, cache_read: 0, cache_write: 0, reasoning: 0 };
  private usd: number | null = null;
  private complete = true;
  private reported: number | null = null;

  add(
    row: { readonly calls: bigint; readonly errors: bigint; readonly reported: number | null } & {
      readonly [K in keyof Tally['tokens']]: bigint | null;
    },
    usd: number | null,
    complete: boolean,
  ): void {
    this.calls += Number(row.calls);
    this.errors += Number(row.errors);
    for (const name of ['input', 'output', 'cache_read', 'cache_write', 'reasoning'] as const) {
      this.tokens[name] += Number(row[name] ?? 0n);
    }
    if (usd !== null) this.usd = (this.usd ?? 0) + usd;
    if (row.reported !== null) this.reported = (this.reported ?? 0) + row.reported;
    this.complete &&= complete;
  }

  values(): UsageValues {
    const { input, output, cache_read, cache_write, reasoning } = this.tokens;
    return {
      calls: this.calls,
      errors: this.errors,
      inputTokens: input,
      outputTokens: output,
      cacheReadTokens: cache_read,
      cacheWriteTokens: cache_write,
      reasoningTokens: reasoning,
      costUsd: this.usd,
      costComplete: this.complete,
      reportedCostUsd: this.reported,
    };
  }
}

async function boundsOf(
  sql: SqlClient,
  workspaceId: number,
  query: UsageQuery,
): Promise<{ readonly from: bigint; readonly to: bigint }> {
  const [given, until] = [timeBound('from', query.from), timeBound('to', query.to)];
  // The edges are read from all calls.
  if (given !== null && until !== null) return { from: given, to: until > given ? until : given + 1n };
  const edges = await sql.query(
    'select coalesce(min(start_ns), 0) as first, coalesce(max(start_ns), 0) as last from model_call where workspace_id = $1',
    [workspaceId],
  );
  const [{ first, last } = { first: 0n, last: 0n }] = decodeRows({ first: INT8, last: INT8 }, edges);
  const from = given ?? first;
  const to = until ?? last + 1n;
  return { from, to: to > from ? to : from + 1n };
}
