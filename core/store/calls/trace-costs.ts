/** What traces cost: their calls of models by what they share, priced by the book as it is now. */

import type { PriceBook } from '../../pricing/price-book';
import { BOOL, decodeRows, FLOAT8, INT8, orNull, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient, SqlParameter, SqlStatements } from '../sql/sql-client';
import { wholeSum } from '../sql/whole-sum';
import { ALL_MODEL_CALLS, MODEL_CALLS } from './model-calls';

export interface TraceCost {
  /** US dollars; null: of no call it is known. */
  readonly usd: number | null;
  /** False: there are calls whose price or tokens nobody knows. */
  readonly complete: boolean;
  /** What senders say; null: they do not. */
  readonly reportedUsd: number | null;
}

export const NO_COST: TraceCost = { usd: null, complete: true, reportedUsd: null };

const TOKENS = [
  'input',
  'output',
  'cache_read',
  'cache_write',
  'cache_write_hour',
  'input_audio',
  'output_audio',
] as const;

const ROW = {
  of: TEXT,
  provider: orNull(TEXT),
  model: orNull(TEXT),
  service_tier: orNull(TEXT),
  is_said: BOOL,
  failed: BOOL,
  start_ns: INT8,
  largest: orNull(INT8),
  reported: orNull(FLOAT8),
  input: orNull(INT8),
  output: orNull(INT8),
  cache_read: orNull(INT8),
  cache_write: orNull(INT8),
  cache_write_hour: orNull(INT8),
  input_audio: orNull(INT8),
  output_audio: orNull(INT8),
};

const CALL_ROW = {
  span_id: INT8,
  provider: orNull(TEXT),
  model: orNull(TEXT),
  service_tier: orNull(TEXT),
  start_ns: INT8,
  input: orNull(INT8),
  output: orNull(INT8),
  cache_read: orNull(INT8),
  cache_write: orNull(INT8),
  cache_write_hour: orNull(INT8),
  input_audio: orNull(INT8),
  output_audio: orNull(INT8),
};

/** What single calls of a trace cost, by span id as SQL stores it. */
export async function callCosts(
  sql: SqlClient,
  workspaceId: number,
  book: PriceBook,
  traceId: string,
  spanIds: readonly bigint[],
): Promise<Map<bigint, number | null>> {
  const tokens = TOKENS.map((name) => `${name}_tokens as ${name}`).join(', ');
  const rows = await sql.query(
    `select span_id, provider, model, service_tier, start_ns, ${tokens} from ${ALL_MODEL_CALLS} c
     where workspace_id = $1 and trace_id = $2::uuid and span_id = any($3::int8[])`,
    [workspaceId, traceId, spanIds],
  );
  return new Map(decodeRows(CALL_ROW, rows).map((row) => [row.span_id, costOf(book, row)]));
}

/** @returns by trace id; a trace without calls of models is not among them */
export async function traceCosts(
  sql: SqlStatements,
  workspaceId: number,
  book: PriceBook,
  traceIds: readonly string[],
): Promise<Map<string, TraceCost>> {
  const calls = `unnest($2::uuid[]) as i (trace_id),
    lateral (select * from ${MODEL_CALLS} c where workspace_id = $1 and trace_id = i.trace_id offset 0) c`;
  return groupedCosts(sql, book, "replace(i.trace_id::text, '-', '')", calls, [workspaceId, traceIds]);
}

/** @param of SQL of what calls are added up by, as text @param calls SQL of a FROM clause in which they are `c` */
export async function groupedCosts(
  sql: SqlStatements,
  book: PriceBook,
  of: string,
  calls: string,
  parameters: readonly SqlParameter[],
): Promise<Map<string, TraceCost>> {
  const sums = TOKENS.map((name) => `${wholeSum(`c.${name}_tokens`)} as ${name}`).join(', ');
  const rows = await sql.query(
    `select ${of} as "of", c.provider, c.model, c.service_tier,
       c.input_tokens is not null or c.output_tokens is not null as is_said, bool_and(c.status = 2) as failed,
       min(c.start_ns) as start_ns, max(c.input_tokens) as largest, sum(c.reported_cost) as reported, ${sums}
     from ${calls} group by 1, 2, 3, 4, 5, ${sizeSql(book)}`,
    parameters,
  );
  const costs = new Map<string, TraceCost>();
  for (const row of decodeRows(ROW, rows)) {
    const before = costs.get(row.of) ?? NO_COST;
    const usd = costOf(book, row, row.largest);
    costs.set(row.of, {
      usd: usd === null ? before.usd : (before.usd ?? 0) + usd,
      // A call that failed before it was counted cost nothing that anybody knows of.
      complete: before.complete && (usd !== null || (!row.is_said && row.failed)),
      reportedUsd: row.reported === null ? before.reportedUsd : (before.reportedUsd ?? 0) + row.reported,
    });
  }
  return costs;
}

/** SQL over `c`: calls whose input is long enough to cost more are apart from the others. */
export function sizeSql({ thresholds }: PriceBook): string {
  if (thresholds.length === 0) return '1 = 1';
  return `width_bucket(coalesce(c.input_tokens, 0) - 1, '{${thresholds.join(',')}}'::int8[])`;
}

/** @param largest input of the largest of several calls */
export function costOf(
  book: PriceBook,
  row: Omit<RowOf<typeof CALL_ROW>, 'span_id'>,
  largest = row.input,
): number | null {
  const number = (value: bigint | null): number | null => (value === null ? null : Number(value));
  if (row.model === null) return null;
  return book.cost({
    provider: row.provider,
    model: row.model,
    serviceTier: row.service_tier,
    startNs: row.start_ns,
    largestInput: number(largest),
    input: number(row.input),
    output: number(row.output),
    cacheRead: number(row.cache_read),
    cacheWrite: number(row.cache_write),
    cacheWriteHour: number(row.cache_write_hour),
    inputAudio: number(row.input_audio),
    outputAudio: number(row.output_audio),
  });
}
