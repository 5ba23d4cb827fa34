/** Reads TraceQL, but for its regular expressions (parse.ts). Errors point at the column and suggest what was meant. */
import type {
  Aggregate,
  AggregateName,
  Arithmetic,
  Compare,
  Comparison,
  Hint,
  Metric,
  Scalar,
  SeriesStage,
  Spanset,
  SpansetFilter,
  SpansetOp,
  Stage,
  TraceqlQuery,
} from './ast';
import { COMPARISONS, METRICS, RELATIONS } from './ast';
import { checkQuery } from './check';
import { checkSize } from './limits';
import { negative, parseField, parseFieldExpression, tryStatic } from './parse-field';
import { calculated, compared, parseList, parseThresholds, parseTopK, tryMetric } from './parse-metrics';
import { TraceqlSyntaxError } from './syntax-error';
import { TokenStream } from './token-stream';

const AGGREGATES: readonly AggregateName[] = ['count', 'avg', 'min', 'max', 'sum'];
/** What a pipeline may begin with where it does not begin with spans. */
const FIRST_WORDS = [...AGGREGATES, 'by', 'select'];
const STAGE_WORDS = [...FIRST_WORDS, 'coalesce', 'compare', 'topk', 'bottomk', ...METRICS];
const LOGICAL = ['&&', '||'] as const;
const RELATING: readonly SpansetOp[] = [
  ...LOGICAL,
  ...RELATIONS.flatMap((relation): SpansetOp[] => [relation, `!${relation}`, `&${relation}`]),
];
const ARITHMETIC: readonly Arithmetic[] = ['+', '-', '*', '/', '%', '^'];
type Operator = SpansetOp | Comparison | Arithmetic;
/** Binary operators, the loosest first; those of one level group from the left, as in Tempo's grammar. `^` groups from the right. */
const LEVELS: readonly (readonly Operator[])[] = [
  LOGICAL,
  [...COMPARISONS, ...RELATING.filter((op) => op !== '&&' && op !== '||')],
  ['+', '-'],
  ['*', '/', '%'],
];
const MAX_DEPTH = 100;
export const MAX_QUERY_CHARS = 10_000;

const EVERY_SPAN: SpansetFilter = { kind: 'filter', condition: null };

/** What can stand on a side of an operator outside of braces. */
type Operand =
  | { readonly kind: 'spans'; readonly spanset: Spanset }
  | { readonly kind: 'number'; readonly scalar: Scalar }
  | { readonly kind: 'comparison'; readonly stage: Extract<Stage, { readonly kind: 'scalarFilter' }> }
  | { readonly kind: 'metrics'; readonly query: TraceqlQuery };

/** As `parseTraceql`, whatever the regular expressions are: for pages, which do without a compiler of them. @throws TraceqlSyntaxError */
export function readTraceql(text: string): TraceqlQuery {
  if (text.length > MAX_QUERY_CHARS) {
    throw new TraceqlSyntaxError(
      `a query has at most ${MAX_QUERY_CHARS} characters; ask in several`,
      MAX_QUERY_CHARS,
      1,
    );
  }
  const tokens = new TokenStream(text);
  const whole = parsePipeline(tokens, 0);
  const hints: Hint[] = [];
  while (tokens.isWord('with')) hints.push(...parseHints(tokens));
  if (tokens.current.type !== 'end') throw notTheEnd(tokens, whole);
  if (whole.kind === 'number') throw notCompared(tokens);
  const query = whole.kind === 'metrics' ? { ...whole.query, hints } : searchFor(whole.spanset, hints);
  checkSize(query);
  checkQuery(query);
  return query;
}

function searchFor(spanset: Spanset, hints: Hint[]): TraceqlQuery {
  return { pipeline: { kind: 'pipeline', stages: stagesOf(spanset) }, metrics: null, series: [], hints };
}

/** A pipeline that is all there is needs no parentheses. */
function stagesOf(spanset: Spanset): readonly Stage[] {
  return spanset.kind === 'pipeline' ? spanset.stages : [spanset];
}

/** Steps with `|` between them, up to the end or to a parenthesis that closes. */
function parsePipeline(tokens: TokenStream, depth: number): Exclude<Operand, { readonly kind: 'comparison' }> {
  if (depth > MAX_DEPTH) throw tokens.unexpected('the query is nested too deeply');
  const stages: Stage[] = [];
  let metrics: TraceqlQuery | null = null;
  do {
    const metric: Metric | Compare | null = metrics || stages.length === 0 ? null : tryMetric(tokens);
    if (metrics) metrics = withSeries(metrics, [parseTopK(tokens)]);
    else if (metric) metrics = { pipeline: { kind: 'pipeline', stages }, metrics: metric, series: [], hints: [] };
    else {
      const stage = parseStage(tokens, depth, stages.length === 0);
      if (stage.kind === 'metrics') metrics = stage.query;
      else if (stage.kind === 'number') {
        if (stages.length > 0 || !tokens.isSymbol(')')) throw notCompared(tokens);
        return stage;
      } else addStage(stages, stage.kind === 'step' ? stage.step : stageOf(stage));
    }
    if (metrics) metrics = withSeries(metrics, parseThresholds(tokens, scalarAfter(depth)));
  } while (tokens.take('|'));
  if (metrics) return { kind: 'metrics', query: metrics };
  const [only] = stages;
  const isGrouping = stages.length === 1 && (only?.kind === 'filter' || only?.kind === 'spansets');
  return { kind: 'spans', spanset: isGrouping ? only : { kind: 'pipeline', stages } };
}

/** A pipeline that begins with anything but spans is about every span. */
function addStage(stages: Stage[], stage: Stage): void {
  const isOfSpans = stage.kind === 'filter' || stage.kind === 'spansets' || stage.kind === 'pipeline';
  if (stages.length === 0 && !isOfSpans) stages.push(EVERY_SPAN);
  stages.push(stage);
}

function withSeries(query: TraceqlQuery, stages: readonly SeriesStage[]): TraceqlQuery {
  return { ...query, series: [...query.series, ...stages] };
}

function stageOf(operand: Extract<Operand, { readonly kind: 'spans' | 'comparison' }>): Stage {
  return operand.kind === 'spans' ? operand.spanset : operand.stage;
}

function parseStage(
  tokens: TokenStream,
  depth: number,
  isFirst: boolean,
): Operand | { readonly kind: 'step'; readonly step: Stage } {
  const { current } = tokens;
  if (current.type === 'word') {
    if (current.value === 'by') {
      tokens.next();
      return {
        kind: 'step',
        step: { kind: 'by', fields: parseList(tokens, 'by', () => parseFieldExpression(tokens)) },
      };
    }
    if (current.value === 'select') {
      tokens.next();
      const fields = parseList(tokens, 'select', () => parseField(tokens, 'select()'));
      return { kind: 'step', step: { kind: 'select', fields } };
    }
    if (current.value === 'coalesce' && !isFirst) {
      tokens.next();
      tokens.expect('(', 'coalesce');
      tokens.expect(')', 'coalesce(');
      return { kind: 'step', step: { kind: 'coalesce' } };
    }
  }
  const operand = parseExpression(tokens, 0, depth, isFirst);
  if (operand.kind === 'metrics' && !isFirst) {
    throw tokens.unexpected('a metric of other spans cannot follow |');
  }
  return operand;
}

function parseExpression(tokens: TokenStream, level: number, depth: number, isFirst: boolean): Operand {
  const operators = LEVELS[level];
  if (!operators) return parsePower(tokens, depth, isFirst);
  let left = parseExpression(tokens, level + 1, depth, isFirst);
  for (let op = tokens.symbolOf(operators); op !== null; op = tokens.symbolOf(operators)) {
    const { at } = tokens.next();
    left = joined(op, left, parseExpression(tokens, level + 1, depth, false), at);
  }
  return left;
}

/** Groups from the right. */
function parsePower(tokens: TokenStream, depth: number, isFirst: boolean): Operand {
  if (depth > MAX_DEPTH) throw tokens.unexpected('the query is nested too deeply');
  const left = parseOperand(tokens, depth, isFirst);
  if (!tokens.isSymbol('^')) return left;
  const { at } = tokens.next();
  return joined('^', left, parsePower(tokens, depth + 1, false), at);
}

function parseOperand(tokens: TokenStream, depth: number, isFirst: boolean): Operand {
  if (tokens.isSymbol('{')) return { kind: 'spans', spanset: parseFilter(tokens) };
  if (tokens.take('(')) {
    const inner = parsePipeline(tokens, depth + 1);
    tokens.expect(')', 'what stands in parentheses');
    return inner;
  }
  if (tokens.isSymbol('-')) {
    const { at } = tokens.next();
    const inner = parseOperand(tokens, depth + 1, false);
    if (inner.kind === 'number' && isWrittenOut(inner.scalar)) {
      return {
        kind: 'number',
        scalar: negative(inner.scalar) ?? { kind: 'scalars', op: '-', left: ZERO, right: inner.scalar },
      };
    }
    throw new TraceqlSyntaxError('only a number that is written out can follow -', at, 1);
  }
  const value = tryStatic(tokens);
  if (value) return { kind: 'number', scalar: value };
  return { kind: 'number', scalar: parseAggregate(tokens, isFirst) };
}

const ZERO: Scalar = { kind: 'integer', value: 0 };

function isWrittenOut(scalar: Scalar): boolean {
  if (scalar.kind === 'scalars') return isWrittenOut(scalar.left) && isWrittenOut(scalar.right);
  return scalar.kind !== 'aggregate';
}

/** @throws TraceqlSyntaxError where the sides do not go together */
function joined(op: Operator, left: Operand, right: Operand, at: number): Operand {
  const relation = RELATING.find((one) => one === op);
  if (relation && left.kind === 'spans' && right.kind === 'spans') {
    const { spanset } = left;
    return { kind: 'spans', spanset: { kind: 'spansets', op: relation, left: spanset, right: right.spanset, at } };
  }
  const comparison = COMPARISONS.find((one) => one === op);
  const arithmetic = ARITHMETIC.find((one) => one === op);
  if (left.kind === 'number' && right.kind === 'number') {
    const sides = { left: left.scalar, right: right.scalar };
    if (arithmetic) return { kind: 'number', scalar: { kind: 'scalars', op: arithmetic, ...sides } };
    if (comparison) {
      if (isWrittenOut(sides.left) && isWrittenOut(sides.right)) {
        throw new TraceqlSyntaxError('one side has to be count(), avg(), min(), max() or sum()', at, op.length);
      }
      return { kind: 'comparison', stage: { kind: 'scalarFilter', op: comparison, ...sides } };
    }
  }
  const isMetric = left.kind === 'metrics' || right.kind === 'metrics';
  if (isMetric && arithmetic) {
    return { kind: 'metrics', query: calculated(arithmetic, operandOf(left, at), operandOf(right, at), at) };
  }
  if (left.kind === 'metrics' && right.kind === 'number' && comparison) {
    const stage = compared(comparison, right.scalar, at);
    return { kind: 'metrics', query: withSeries(left.query, [stage]) };
  }
  throw new TraceqlSyntaxError(`${op} does not go between ${NAMES[left.kind]} and ${NAMES[right.kind]}`, at, op.length);
}

const NAMES: Readonly<Record<Operand['kind'], string>> = {
  spans: 'spans',
  number: 'a number',
  comparison: 'a comparison of numbers',
  metrics: 'a metric',
};

function operandOf(operand: Operand, at: number): TraceqlQuery | Scalar {
  if (operand.kind === 'metrics') return operand.query;
  if (operand.kind === 'number') return operand.scalar;
  throw new TraceqlSyntaxError(`one cannot calculate with ${NAMES[operand.kind]}`, at, 1);
}

function parseFilter(tokens: TokenStream): SpansetFilter {
  tokens.expect('{', 'this');
  if (tokens.take('}')) return EVERY_SPAN;
  const condition = parseFieldExpression(tokens);
  const { current } = tokens;
  const word = current.type === 'word' ? current.value.toLowerCase() : '';
  if (word === 'and' || word === 'or') {
    throw tokens.unexpected('conditions are joined by && or ||', word === 'and' ? '&&' : '||');
  }
  tokens.expect('}', 'the condition');
  // `{ true }` is written for every span, too.
  return { kind: 'filter', condition: condition.kind === 'boolean' && condition.value ? null : condition };
}

/** The number that a metric is compared with. */
function scalarAfter(depth: number): (tokens: TokenStream) => Scalar {
  return (tokens) => {
    const operand = parseExpression(tokens, 2, depth, false);
    if (operand.kind !== 'number') throw tokens.unexpected('a metric is compared with a number');
    return operand.scalar;
  };
}

function parseAggregate(tokens: TokenStream, isFirst: boolean): Aggregate {
  const { current } = tokens;
  const word = current.type === 'word' ? current.value : null;
  const name = AGGREGATES.find((one) => one === word);
  if (!name) throw noOperand(tokens, isFirst);
  tokens.next();
  tokens.expect('(', name);
  const of = name === 'count' ? null : parseFieldExpression(tokens);
  tokens.expect(')', `what ${name} takes`);
  return { kind: 'aggregate', name, of };
}

function noOperand(tokens: TokenStream, isFirst: boolean): TraceqlSyntaxError {
  const { current } = tokens;
  const word = current.type === 'word' ? current.value : '';
  if (word === 'topk' || word === 'bottomk') {
    return tokens.wrong(`${word} takes the series of a metric`, `{ } | rate() by(name) | ${word}(5)`);
  }
  if (word === 'compare' || METRICS.some((one) => one === word)) {
    return tokens.wrong(`${word}() measures spans, and follows them`, `{ } | ${word}(`);
  }
  const isCall = tokens.ahead(1).type === 'symbol' && tokens.sourceOf(tokens.ahead(1)) === '(';
  if (isFirst && !isCall) return tokens.unexpected('a set of spans begins with {', '{ }');
  const candidates = isFirst ? FIRST_WORDS : STAGE_WORDS;
  return tokens.unexpected('the next step of the pipeline should stand here', null, candidates);
}

function notTheEnd(tokens: TokenStream, whole: Operand): TraceqlSyntaxError {
  if (whole.kind === 'metrics' && tokens.symbolOf(ARITHMETIC)) {
    return tokens.wrong('one calculates with metrics in parentheses', '({ } | rate()) * 100');
  }
  const suggestion = tokens.current.type === 'word' ? '|' : null;
  return tokens.unexpected('the query should end or go on with |', suggestion);
}

function notCompared(tokens: TokenStream): TraceqlSyntaxError {
  return tokens.unexpected('a number is compared with another: avg(duration) > 200ms', '>');
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
