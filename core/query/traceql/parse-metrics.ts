/** Metrics of TraceQL, and what is done with their series. */
import type {
  Arithmetic,
  Compare,
  Comparison,
  Field,
  MathOperand,
  Metric,
  Scalar,
  SeriesStage,
  SpansetFilter,
  Threshold,
  TopK,
  TraceqlQuery,
} from './ast';
import { COMPARISONS, METRICS } from './ast';
import { calculate } from './calculate';
import { MAX_LIST } from './limits';
import { parseField, parseFieldExpression } from './parse-field';
import { TraceqlSyntaxError } from './syntax-error';
import type { TokenStream } from './token-stream';

export function tryMetric(tokens: TokenStream): Metric | Compare | null {
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
    return Number(current.value);
  }
  throw tokens.unexpected('a quantile is a number from 0 to 1', '0.95');
}

const DEFAULT_COMPARE_TOP = 10;

/** `compare({selection}, topN, start, end)`; the last three may be left out. */
function parseCompare(tokens: TokenStream): Compare {
  tokens.next();
  tokens.expect('(', 'compare');
  if (!tokens.isSymbol('{')) throw tokens.unexpected('compare takes the spans to compare', '{ status = error }');
  const selection = parseSelection(tokens);
  const numbers: bigint[] = [];
  let last = tokens.current;
  while (tokens.take(',')) {
    const { current } = tokens;
    last = current;
    if (current.type !== 'integer') throw tokens.unexpected('compare takes whole numbers after the spans');
    numbers.push(BigInt(current.value));
    tokens.next();
  }
  tokens.expect(')', 'what compare takes');
  const [top = BigInt(DEFAULT_COMPARE_TOP), start, end] = numbers;
  if (numbers.length === 2 || numbers.length > 3)
    throw tokens.unexpected('compare takes a start and an end, or neither');
  if (start !== undefined && end !== undefined && start >= end) {
    throw new TraceqlSyntaxError('compare takes an end after its start', last.at, last.end - last.at);
  }
  const range = start !== undefined && end !== undefined ? { start, end } : null;
  return { kind: 'compare', selection, top: Number(top), range };
}

function parseSelection(tokens: TokenStream): SpansetFilter {
  tokens.expect('{', 'compare(');
  if (tokens.take('}')) return { kind: 'filter', condition: null };
  const condition = parseFieldExpression(tokens);
  tokens.expect('}', 'the condition');
  return { kind: 'filter', condition };
}

export function parseTopK(tokens: TokenStream): TopK {
  const { current } = tokens;
  if (current.type !== 'word' || (current.value !== 'topk' && current.value !== 'bottomk')) {
    throw tokens.unexpected('topk, bottomk or a comparison follow a metric', null, ['topk', 'bottomk']);
  }
  tokens.next();
  tokens.expect('(', current.value);
  const count = tokens.current;
  if (count.type !== 'integer' || count.value < 1) throw tokens.unexpected('a whole number above 0 should stand here');
  tokens.next();
  tokens.expect(')', 'the number');
  return { kind: current.value, count: Number(count.value) };
}

/** What follows a metric: `> 10`, and more of it. */
export function parseThresholds(tokens: TokenStream, parseScalar: (tokens: TokenStream) => Scalar): Threshold[] {
  const thresholds: Threshold[] = [];
  for (let op = tokens.symbolOf(COMPARISONS); op !== null; op = tokens.symbolOf(COMPARISONS)) {
    const { at } = tokens.next();
    thresholds.push(compared(op, parseScalar(tokens), at));
  }
  return thresholds;
}

/** @throws TraceqlSyntaxError for anything but a number that is written out */
export function compared(op: Comparison, scalar: Scalar, at: number): Threshold {
  if (op === '=~' || op === '!~') throw new TraceqlSyntaxError(`${op} compares text, not numbers`, at, 2, '=');
  const value = scalar.kind === 'duration' ? Number(scalar.value) : numberOf(scalar, at);
  return { kind: 'threshold', op, value };
}

/** A query whose metric is calculated from others. @throws TraceqlSyntaxError */
export function calculated(
  op: Arithmetic,
  left: TraceqlQuery | Scalar,
  right: TraceqlQuery | Scalar,
  at: number,
): TraceqlQuery {
  if (op === '%' || op === '^') throw new TraceqlSyntaxError('with metrics one calculates by + - * /', at, 1, '*');
  const sides = [left, right].map((side): MathOperand => ('kind' in side ? numberOf(side, at) : side));
  const metrics = { kind: 'math', op, left: sides[0] ?? 0, right: sides[1] ?? 0, at } as const;
  const stages = [{ kind: 'filter', condition: null } as const];
  return { pipeline: { kind: 'pipeline', stages }, metrics, series: [] as SeriesStage[], hints: [] };
}

function numberOf(scalar: Scalar, at: number): number {
  switch (scalar.kind) {
    case 'integer':
    case 'float':
      return Number(scalar.value);
    case 'scalars':
      return Number(calculate(scalar.op, numberOf(scalar.left, at), numberOf(scalar.right, at)));
    case 'duration':
      throw new TraceqlSyntaxError('one does not calculate with a duration here; use a number', at, 1);
    default:
      throw new TraceqlSyntaxError('a metric goes with a number that is written out', at, 1);
  }
}

/** `(a, b, ...)`, one at least. */
export function parseList<T>(tokens: TokenStream, name: string, parse: () => T): T[] {
  tokens.expect('(', name);
  const list = [parse()];
  while (tokens.take(',')) {
    if (list.length === MAX_LIST) throw tokens.unexpected(`${name} takes at most ${MAX_LIST}`);
    list.push(parse());
  }
  tokens.expect(')', `what ${name} takes`);
  return list;
}
