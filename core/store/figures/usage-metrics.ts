/** Adds up calls of models by model, provider, agent or service, and prices them by the book as it is now. */

import type { UsageBy, UsageGroup, UsageMetrics, UsageQuery, UsageValues } from '../../api/usage';
import { SpoorError } from '../../model/errors';
import { rfc3339FromNs } from '../../model/time';
import type { PriceBook } from '../../pricing/price-book';
import { MODEL_CALLS } from '../calls/model-calls';
import { costOf, sizeSql } from '../calls/trace-costs';
import { deploymentsIn } from '../dictionary/deployments';
import { hashJoined } from '../sql/hash-joined';
import { BOOL, decodeRows, FLOAT8, INT4, INT8, orNull, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient, SqlParameter, SqlStatements } from '../sql/sql-client';
import { timeBound } from '../sql/where';
import { wholeSum } from '../sql/whole-sum';
import { newestFrom } from './newest-rows';

const STEPS = 60;
const MAX_STEPS = 2_000;
const NS_PER_SECOND = 1_000_000_000n;
/** Rows that are added up here; of more, only the most frequent names are told apart. */
const MAX_ROWS = 20_000;
const MAX_MODELS = 50;
/** Names times steps of these. */
const MAX_NAMED_STEPS = 3_000;
/** Values of a step in an answer: about two megabytes. */
const MAX_VALUES = 12_000;
const MIN_GROUPS = 10;
const MAX_GROUPS = 1_000;

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

const SUMS = [
  'input',
  'output',
  'cache_read',
  'cache_write',
  'cache_write_hour',
  'reasoning',
  'input_audio',
  'output_audio',
] as const;

/** Of `c`. */
const KIND = `jsonb_build_array(c.provider, c.model, c.service_tier)::text`;

const ROW = {
  is_other: BOOL,
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
  cache_write_hour: orNull(INT8),
  reasoning: orNull(INT8),
  input_audio: orNull(INT8),
  output_audio: orNull(INT8),
};

/** Calls that are added up, about: the newest. */
export interface MostCalls {
  readonly ofFew: number;
  /** Where they are of more kinds than are told apart, each takes longer. */
  readonly ofMany: number;
}
export const MOST_CALLS: MostCalls = { ofFew: 2_000_000, ofMany: 100_000 };

/** @throws SpoorError VALIDATION_ERROR */
export async function readUsage(
  sql: SqlClient,
  workspaceId: number,
  book: PriceBook,
  query: UsageQuery,
  most = MOST_CALLS,
): Promise<UsageMetrics> {
  const { from: asked, to } = await boundsOf(sql, workspaceId, query);
  const hasMany = await hasManyKinds(sql, workspaceId);
  const counted = await newestFrom(sql, 'model_call', [workspaceId, asked, to], hasMany ? most.ofMany : most.ofFew);
  const from = counted ?? asked;
  const seconds = (to - from + NS_PER_SECOND - 1n) / NS_PER_SECOND;
  const step =
    query.stepSeconds === undefined ? (seconds + BigInt(STEPS) - 1n) / BigInt(STEPS) : BigInt(query.stepSeconds);
  const stepSeconds = step < 1n ? 1n : step;
  const steps = Number((seconds + stepSeconds - 1n) / stepSeconds);
  if (steps > MAX_STEPS) {
    throw new SpoorError('VALIDATION_ERROR', `The range has ${steps} steps, and at most ${MAX_STEPS} are counted.`, [
      { field: 'step', code: 'too_small', message: 'use a longer step or a shorter range' },
    ]);
  }
  const deployments = await deploymentsIn(sql, workspaceId, query);
  const within = `${STANDING_CALLS} and c.start_ns >= $2 and c.start_ns < $3
    ${deployments ? `and c.deployment_id = any(${deployments})` : ''}`;
  const name = USAGE_NAMES[query.groupBy ?? 'model'];
  const parameters = [workspaceId, from, to, stepSeconds * NS_PER_SECOND];
  const read = async (from: SqlStatements, of: Frequent | null): Promise<RowOf<typeof ROW>[]> =>
    decodeRows(
      ROW,
      await from.query(usageSql(within, name, of !== null, book), [...parameters, ...(of ? [of.names, of.kinds] : [])]),
    );
  let rows = hasMany && (await areMany(sql, name, parameters.slice(0, 3))) ? null : await read(sql, null);
  let count: number | null = null;
  if (rows === null || rows.length > MAX_ROWS) {
    const frequent = await frequentNames(sql, within, name, Math.max(1, steps), parameters.slice(0, 3));
    rows = await withHashJoins(sql, (tx) => read(tx, frequent));
    count = frequent.count;
  }
  const groups = new UsageGroups(Math.max(1, steps));
  for (const row of rows) {
    const usd = costOf(book, row, row.largest);
    const isComplete = usd !== null || (!row.is_said && row.errors === row.calls);
    groups.add(row, { usd, isComplete, savedUsd: savedBy(book, row, usd) });
  }
  return {
    from: rfc3339FromNs(from),
    to: rfc3339FromNs(to),
    stepSeconds: Number(stepSeconds),
    ...groups.answer(count),
    ...(counted !== null && { countedSince: rfc3339FromNs(counted) }),
  };
}

/** Which names and models are told apart in a count; null: all. */
interface Frequent {
  readonly names: readonly string[];
  readonly kinds: readonly string[];
  /** Of names, all told. */
  readonly count: number;
}

async function hasManyKinds(sql: SqlClient, workspaceId: number): Promise<boolean> {
  const stored = await sql.query('select id from model_call_kind where workspace_id = $1 limit 1 offset $2', [
    workspaceId,
    MAX_ROWS,
  ]);
  return stored.length > 0;
}

/** Whether calls are of more kinds than are added up here: known sooner from what they name than from their sums. */
async function areMany(sql: SqlClient, name: string, parameters: readonly SqlParameter[]): Promise<boolean> {
  // Whose calls they are may be said by their traces: that is seen when they are added up.
  const named = name === USAGE_NAMES.agent ? 'c.agent_name' : name;
  const rows = await withHashJoins(sql, (tx) =>
    tx.query(
      `select count(*) as kinds from (
         select distinct c.provider, c.model, c.service_tier, ${named} as name from model_call_kind c
         where c.workspace_id = $1 and c.id in (
           select kind_id from model_call where workspace_id = $1 and start_ns >= $2 and start_ns < $3)
         limit ${MAX_ROWS + 1}) k`,
      parameters,
    ),
  );
  return (decodeRows({ kinds: INT8 }, rows)[0]?.kinds ?? 0n) > MAX_ROWS;
}

function withHashJoins<T>(sql: SqlClient, run: (tx: SqlStatements) => Promise<T>): Promise<T> {
  return sql.transaction((tx) => hashJoined(tx, () => run(tx)));
}

/** @param within calls `c` and traces `t` @param name of a call */
function usageSql(within: string, name: string, isFrequent: boolean, book: PriceBook): string {
  const sums = SUMS.map((one) => `${wholeSum(`c.${one}_tokens`)} as ${one}`).join(', ');
  const kind = (column: string): string =>
    isFrequent ? `case when k.kind is not null then c.${column} end` : `c.${column}`;
  const isOther = isFrequent ? 'c.group_name is not null and n.name is null' : 'false';
  // Joined, each is looked up by its hash; compared with a list, a name is compared with each of a thousand, several times a call.
  const frequent = `left join unnest($5::text[]) n (name) on n.name = c.group_name
    left join unnest($6::text[]) k (kind) on k.kind = c.kind_text`;
  // Of names that were chosen all rows are read.
  return `select ${isOther} as is_other, case when ${isOther} then null else c.group_name end as name,
      ((c.start_ns - $2::int8) / $4::int8)::int4 as step, ${kind('provider')} as provider, ${kind('model')} as model,
      ${kind('service_tier')} as service_tier, c.input_tokens is not null or c.output_tokens is not null as is_said,
      count(*) as calls, count(*) filter (where c.status = 2) as errors, min(c.start_ns) as start_ns,
      max(c.input_tokens) as largest, sum(c.reported_cost) as reported, ${sums}
    from (select c.*, ${name} as group_name${isFrequent ? `, ${KIND} as kind_text` : ''} from ${within} offset 0) c
    ${isFrequent ? frequent : ''} group by 1, 2, 3, 4, 5, 6, 7, ${sizeSql(book)} ${isFrequent ? '' : `limit ${MAX_ROWS + 1}`}`;
}

/**
 * The most frequent names, and the most frequent models, by which calls are priced: what others cost is not known then, and the
 * answer says so.
 */
async function frequentNames(
  sql: SqlClient,
  within: string,
  name: string,
  steps: number,
  parameters: readonly SqlParameter[],
): Promise<Frequent> {
  const most = Math.min(MAX_GROUPS, Math.max(MIN_GROUPS, Math.floor(MAX_NAMED_STEPS / steps)));
  const names = decodeRows(
    { name: orNull(TEXT), names: INT8 },
    await withHashJoins(sql, (tx) =>
      tx.query(
        `select ${name} as name, count(*) over () as names from ${within} group by 1 order by count(*) desc, 1 limit ${most}`,
        parameters,
      ),
    ),
  );
  const kinds = decodeRows(
    { kind: TEXT },
    await withHashJoins(sql, (tx) =>
      tx.query(
        `select ${KIND} as kind from ${within} and c.model is not null group by 1 order by count(*) desc, 1 limit ${MAX_MODELS}`,
        parameters,
      ),
    ),
  );
  return {
    names: names.flatMap((row) => (row.name === null ? [] : [row.name])),
    kinds: kinds.map(({ kind }) => kind),
    count: Number(names[0]?.names ?? 0n),
  };
}

interface Price {
  /** Null: nobody knows. */
  readonly usd: number | null;
  readonly isComplete: boolean;
  readonly savedUsd: number | null;
}

/** What a cache saved of the price of some calls; null: they used none, or nobody knows their price. */
function savedBy(book: PriceBook, row: RowOf<typeof ROW>, usd: number | null): number | null {
  const { cache_read: read, cache_write: written } = row;
  if (usd === null || ((read ?? 0n) === 0n && (written ?? 0n) === 0n)) return null;
  const without = costOf(book, { ...row, cache_read: null, cache_write: null, cache_write_hour: null }, row.largest);
  return without === null ? null : without - usd;
}

class UsageGroups {
  private readonly groups = new Map<string | null, { readonly total: Tally; readonly steps: readonly Tally[] }>();
  private other: { readonly total: Tally; readonly steps: readonly Tally[] } | null = null;

  constructor(private readonly steps: number) {}

  add(row: RowOf<typeof ROW>, price: Price): void {
    const group = row.is_other ? this.rest() : (this.groups.get(row.name) ?? this.group());
    if (!row.is_other) this.groups.set(row.name, group);
    group.total.add(row, price);
    group.steps[row.step]?.add(row, price);
  }

  /** @param count how many groups there are; null: as many as were added */
  answer(count: number | null): Pick<UsageMetrics, 'groups' | 'other'> {
    const sorted = [...this.groups].sort(
      ([, { total: a }], [, { total: b }]) => (b.costUsd ?? 0) - (a.costUsd ?? 0) || b.tokenCount - a.tokenCount,
    );
    const most = Math.min(MAX_GROUPS, Math.max(MIN_GROUPS, Math.floor(MAX_VALUES / this.steps)));
    const shown = sorted.slice(0, most);
    for (const [, { total, steps }] of sorted.slice(most)) {
      const rest = this.rest();
      rest.total.addAll(total);
      for (const [at, step] of steps.entries()) rest.steps[at]?.addAll(step);
    }
    return {
      groups: shown.map(([name, { total, steps }]): UsageGroup => {
        return { name, ...total.values(), steps: steps.map((step) => step.values()) };
      }),
      other: this.other && {
        count: Math.max(1, (count ?? sorted.length) - shown.length),
        ...this.other.total.values(),
        steps: this.other.steps.map((step) => step.values()),
      },
    };
  }

  private rest() {
    this.other ??= this.group();
    return this.other;
  }

  private group() {
    return { total: new Tally(), steps: Array.from({ length: this.steps }, () => new Tally()) };
  }
}

class Tally {
  private calls = 0;
  private errors = 0;
  private readonly tokens = { input: 0, output: 0, cache_read: 0, cache_write: 0, reasoning: 0 };
  private usd: number | null = null;
  private complete = true;
  private reported: number | null = null;
  private saved: number | null = null;

  get costUsd(): number | null {
    return this.usd;
  }

  get tokenCount(): number {
    return this.tokens.input + this.tokens.output;
  }

  addAll(other: Tally): void {
    this.calls += other.calls;
    this.errors += other.errors;
    for (const name of ['input', 'output', 'cache_read', 'cache_write', 'reasoning'] as const) {
      this.tokens[name] += other.tokens[name];
    }
    if (other.usd !== null) this.usd = (this.usd ?? 0) + other.usd;
    if (other.reported !== null) this.reported = (this.reported ?? 0) + other.reported;
    if (other.saved !== null) this.saved = (this.saved ?? 0) + other.saved;
    this.complete &&= other.complete;
  }

  add(
    row: { readonly calls: bigint; readonly errors: bigint; readonly reported: number | null } & {
      readonly [K in keyof Tally['tokens']]: bigint | null;
    },
    { usd, isComplete, savedUsd }: Price,
  ): void {
    this.calls += Number(row.calls);
    this.errors += Number(row.errors);
    for (const name of ['input', 'output', 'cache_read', 'cache_write', 'reasoning'] as const) {
      this.tokens[name] += Number(row[name] ?? 0n);
    }
    if (usd !== null) this.usd = (this.usd ?? 0) + usd;
    if (row.reported !== null) this.reported = (this.reported ?? 0) + row.reported;
    if (savedUsd !== null) this.saved = (this.saved ?? 0) + savedUsd;
    this.complete &&= isComplete;
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
      cacheSavedUsd: this.saved,
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
