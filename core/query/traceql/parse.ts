/** Reads TraceQL. Errors point at the column and suggest what was meant. */
import type {
  Aggregate,
  AggregateName,
  Arithmetic,
  Compare,
  Field,
  FieldExpression,
  Hint,
  Metric,
  Pipeline,
  Scalar,
  Spanset,
  SpansetFilter,
  SpansetOp,
  Stage,
  TopK,
  TraceqlQuery,
} from './ast';
import { METRICS, RELATIONS } from './ast';
import { checkQuery } from './check';
import { checkPatterns, checkSize, MAX_LIST } from './limits';
import { comparisonAt, parseField, parseFieldExpression, tryStatic } from './parse-field';
import { TraceqlSyntaxError } from './syntax-error';
import { TokenStream } from './token-stream';

const AGGREGATES: readonly AggregateName[] = ['count', 'avg', 'min', 'max', 'sum'];
const SPANSET_LEVELS: readonly (readonly SpansetOp[])[] = [
  ['&&', '||'],
  RELATIONS.flatMap((relation): SpansetOp[] => [relation, `!${relation}`, `&${relation}`]),
];
const SCALAR_LEVELS: readonly (readonly Arithmetic[])[] = [['+', '-'], ['*', '/', '%'], ['^']];
const STAGE_WORDS = [...AGGREGATES, 'by', 'coalesce', 'select', 'compare', 'topk', 'bottomk', ...METRICS];
const MAX_DEPTH = 100;
export const MAX_QUERY_CHARS = 10_000;

/** @throws TraceqlSyntaxError */
export function parseTraceql(text: string): TraceqlQuery {
  if (text.length > MAX_QUERY_CHARS) {
    throw new TraceqlSyntaxError(
      `a query has at most ${MAX_QUERY_CHARS} characters; ask in several`,
      MAX_QUERY_CHARS,
      1,
    );
  }
  const tokens = new TokenStream(text);
  const stages: Stage[] = [parseSpanset(tokens)];
  let metrics: Metric | Compare | null = null;
  let series: TopK | null = null;
  while (tokens.take('|')) {
    if (metrics) {
      series = parseTopK(tokens);
      break;
    }
    metrics = tryMetric(tokens);
    if (!metrics) stages.push(parseStage(tokens));
  }
  const hints = tokens.isWord('with') ? parseHints(tokens) : [];
  if (tokens.current.type !== 'end') {
    throw tokens.unexpected('the query should end or go on with |', tokens.current.type === 'word' ? '|' : null);
  }
  const query = { pipeline: { kind: 'pipeline' as const, stages }, metrics, series, hints };
  checkSize(query);
  checkQuery(query);
  checkPatterns(query);
  return query;
}

function parseSpanset(tokens: TokenStream, level = 0, depth = 0): Spanset {
  if (depth > MAX_DEPTH) throw tokens.unexpected('the query is nested too deeply');
  const operators = SPANSET_LEVELS[level];
  if (!operators) return parseSpansetPrimary(tokens, depth);
  let left = parseSpanset(tokens, level + 1, depth + 1);
  for (let op = tokens.symbolOf(operators); op !== null; op = tokens.symbolOf(operators)) {
    const { at } = tokens.next();
    left = { kind: 'spansets', op, left, right: parseSpanset(tokens, level + 1, depth + 1), at };
  }
  return left;
}

function parseSpansetPrimary(tokens: TokenStream, depth: number): Spanset {
  if (tokens.isSymbol('{')) return parseFilter(tokens);
  if (!tokens.take('(')) throw tokens.unexpected('a set of spans begins with {', '{ }');
  const pipeline = parsePipeline(tokens, depth + 1);
  tokens.expect(')', 'a set of spans in parentheses');
  const [only] = pipeline.stages;
  const isSpanset = only !== undefined && pipeline.stages.length === 1;
  return isSpanset && (only.kind === 'filter' || only.kind === 'spansets') ? only : pipeline;
}

function parsePipeline(tokens: TokenStream, depth: number): Pipeline {
  const stages: Stage[] = [parseSpanset(tokens, 0, depth)];
  while (tokens.take('|')) stages.push(parseStage(tokens));
  return { kind: 'pipeline', stages };
}

function parseFilter(tokens: TokenStream): SpansetFilter {
  tokens.expect('{', 'this');
  if (tokens.take('}')) return { kind: 'filter', condition: null };
  const condition = parseFieldExpression(tokens);
  tokens.expect('}', 'the condition');
  // `{ true }` is written for every span, too.
  return { kind: 'filter', condition: condition.kind === 'boolean' && condition.value ? null : condition };
}

function parseStage(tokens: TokenStream): Stage {
  const { current } = tokens;
  if (tokens.isSymbol('{') || (tokens.isSymbol('(') && opensSpanset(tokens))) return parseSpanset(tokens);
  if (current.type === 'word') {
    if (current.value === 'by') {
      tokens.next();
      return { kind: 'by', fields: parseList(tokens, 'by', () => parseFieldExpression(tokens)) };
    }
    if (current.value === 'select') {
      tokens.next();
      return { kind: 'select', fields: parseList(tokens, 'select', () => parseField(tokens, 'select()')) };
    }
    if (current.value === 'coalesce') {
      tokens.next();
      tokens.expect('(', 'coalesce');
      tokens.expect(')', 'coalesce(');
      return { kind: 'coalesce' };
    }
  }
  const left = parseScalar(tokens);
  const op = comparisonAt(tokens);
  if (op === null) throw tokens.unexpected('a number is compared with another: avg(duration) > 200ms', '>');
  tokens.next();
  return { kind: 'scalarFilter', op, left, right: parseScalar(tokens) };
}

/** Whether a parenthesis holds spans rather than numbers. */
function opensSpanset(tokens: TokenStream): boolean {
  for (let i = 0; ; i++) {
    const token = tokens.ahead(i);
    if (token.type !== 'symbol' || token.value !== '(') return token.type === 'symbol' && token.value === '{';
  }
}

function parseScalar(tokens: TokenStream, level = 0, depth = 0): Scalar {
  if (depth > MAX_DEPTH) throw tokens.unexpected('the query is nested too deeply');
  const operators = SCALAR_LEVELS[level];
  if (!operators) return parseScalarPrimary(tokens, depth);
  let left = parseScalar(tokens, level + 1, depth + 1);
  for (let op = tokens.symbolOf(operators); op !== null; op = tokens.symbolOf(operators)) {
    tokens.next();
    left = { kind: 'scalars', op, left, right: parseScalar(tokens, level + 1, depth + 1) };
  }
  return left;
}

function parseScalarPrimary(tokens: TokenStream, depth: number): Scalar {
  if (tokens.take('(')) {
    const inner = parseScalar(tokens, 0, depth + 1);
    tokens.expect(')', 'a number in parentheses');
    return inner;
  }
  if (tokens.take('-')) {
    const value = tryStatic(tokens);
    if (value?.kind === 'integer' || value?.kind === 'float' || value?.kind === 'duration') {
      return { kind: value.kind, value: -value.value };
    }
    throw tokens.unexpected('a number should follow -');
  }
  return tryStatic(tokens) ?? parseAggregate(tokens);
}

function parseAggregate(tokens: TokenStream): Aggregate {
  const { current } = tokens;
  const name = current.type === 'word' ? AGGREGATES.find((one) => one === current.value) : undefined;
  if (!name) throw tokens.unexpected('the next step of the pipeline should stand here', null, STAGE_WORDS);
  tokens.next();
  tokens.expect('(', name);
  const of: FieldExpression | null = name === 'count' ? null : parseFieldExpression(tokens);
  tokens.expect(')', `what ${name} takes`);
  return { kind: 'aggregate', name, of };
}

function tryMetric(tokens: TokenStream): Metric | Compare | null {
  const { current } = tokens;
  if (current.type !== 'word') return null;
  if (current.value === 'compare') return parseCompare(tokens);
  const name = METRICS.find((one) => one === current.value);
  if (!name) return null;
  tokens.next();
  tokens.expect('(', name);
  const takesNothing = name === 'rate' || name === 'count_over_time';
  const of = takesNothing ? null : parseFieldExpression(tokens);
  const quantiles: number[] = [];
  while (name === 'quantile_over_time' && tokens.take(',')) {
    if (quantiles.length === MAX_LIST) throw tokens.unexpected(`${name} takes at most ${MAX_LIST} quantiles`);
    quantiles.push(parseQuantile(tokens));
  }
  if (name === 'quantile_over_time' && quantiles.length === 0) {
    throw tokens.unexpected('quantile_over_time needs a quantile', ', 0.95');
  }
  tokens.expect(')', `what ${name} takes`);
  let by: Field[] = [];
  if (tokens.isWord('by')) {
    tokens.next();
    by = parseList(tokens, 'by', () => parseField(tokens, 'by()'));
  }
  return { kind: 'metric', name, of, quantiles, by };
}

function parseQuantile(tokens: TokenStream): number {
  const { current } = tokens;
  if ((current.type === 'float' || current.type === 'integer') && current.value >= 0 && current.value <= 1) {
    tokens.next();
    return current.value;
  }
  throw tokens.unexpected('a quantile is a number from 0 to 1', '0.95');
}

const DEFAULT_COMPARE_TOP = 10;

/** `compare({selection}, topN, start, end)`; the last three may be left out. */
function parseCompare(tokens: TokenStream): Compare {
  tokens.next();
  tokens.expect('(', 'compare');
  if (!tokens.isSymbol('{')) throw tokens.unexpected('compare takes the spans to compare', '{ status = error }');
  const selection = parseFilter(tokens);
  const numbers: bigint[] = [];
  while (tokens.take(',')) {
    const { current } = tokens;
    if (current.type !== 'integer') throw tokens.unexpected('compare takes whole numbers after the spans');
    numbers.push(BigInt(tokens.sourceOf(current)));
    tokens.next();
  }
  tokens.expect(')', 'what compare takes');
  const [top = BigInt(DEFAULT_COMPARE_TOP), start, end] = numbers;
  if (numbers.length === 2 || numbers.length > 3)
    throw tokens.unexpected('compare takes a start and an end, or neither');
  const range = start !== undefined && end !== undefined ? { start, end } : null;
  return { kind: 'compare', selection, top: Number(top), range };
}

function parseTopK(tokens: TokenStream): TopK {
  const { current } = tokens;
  if (current.type !== 'word' || (current.value !== 'topk' && current.value !== 'bottomk')) {
    throw tokens.unexpected('only topk or bottomk follow a metric', null, ['topk', 'bottomk']);
  }
  tokens.next();
  tokens.expect('(', current.value);
  const count = tokens.current;
  if (count.type !== 'integer' || count.value < 1) throw tokens.unexpected('a whole number above 0 should stand here');
  tokens.next();
  tokens.expect(')', 'the number');
  return { name: current.value, count: count.value };
}

function parseHints(tokens: TokenStream): Hint[] {
  tokens.next();
  return parseList(tokens, 'with', () => {
    const { current } = tokens;
    if (current.type !== 'word') throw tokens.unexpected('a hint has a name');
    tokens.next();
    tokens.expect('=', current.value);
    const value = tryStatic(tokens);
    if (!value) throw tokens.unexpected('a hint has a value');
    return { name: current.value, value, at: current.at };
  });
}

/** `(a, b, ...)`, one at least. */
function parseList<T>(tokens: TokenStream, name: string, parse: () => T): T[] {
  tokens.expect('(', name);
  const list = [parse()];
  while (tokens.take(',')) {
    if (list.length === MAX_LIST) throw tokens.unexpected(`${name} takes at most ${MAX_LIST}`);
    list.push(parse());
  }
  tokens.expect(')', `what ${name} takes`);
  return list;
}
