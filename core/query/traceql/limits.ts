/** How large a query may be: what one can write in a line, and no more than a span can be asked in a moment. */
import type { Field, FieldExpression, Scalar, Spanset, Stage, TraceqlQuery } from './ast';
import { TraceqlSyntaxError } from './syntax-error';

/** Fields of `by` and `select`, quantiles, hints. */
export const MAX_LIST = 20;
/** Operators, fields, values and steps together. */
export const MAX_NODES = 1_000;
/** Comparisons, each of which is a condition of the database's. */
export const MAX_COMPARISONS = 200;
const MAX_PATTERNS = 100;
/** What is compared with `compare()` and left over by topk: answers, not scans. */
const MAX_TOP = 1_000;
/** Each looks for its own spans. */
export const MAX_METRICS = 10;

type Node = Spanset | Stage | Scalar | FieldExpression | Field;

/** @throws TraceqlSyntaxError */
export function checkSize(query: TraceqlQuery): void {
  let nodes = 0;
  let comparisons = 0;
  let patterns = 0;
  for (const node of nodesOf(query)) {
    if (++nodes > MAX_NODES) throw tooMany(node, `${MAX_NODES} operators, fields and values`);
    if (!isComparison(node)) continue;
    if (++comparisons > MAX_COMPARISONS) throw tooMany(node, `${MAX_COMPARISONS} comparisons`);
    if (isPattern(node) && ++patterns > MAX_PATTERNS) throw tooMany(node, `${MAX_PATTERNS} regular expressions`);
  }
  const queries = queriesIn(query);
  const measured = queries.filter(({ metrics }) => metrics && metrics.kind !== 'math');
  const steps = queries.reduce((sum, { series }) => sum + series.length + 1, 0);
  if (measured.length > MAX_METRICS) {
    throw new TraceqlSyntaxError(`a query has at most ${MAX_METRICS} metrics; ask in several`, 0, 1);
  }
  if (steps > MAX_NODES) throw new TraceqlSyntaxError(`a query has at most ${MAX_NODES} steps`, 0, 1);
  for (const { metrics, series } of queries) {
    const counts = series.map((stage) => (stage.kind === 'threshold' ? 0 : stage.count));
    const top = Math.max(0, ...counts, metrics?.kind === 'compare' ? metrics.top : 0);
    if (top > MAX_TOP) throw new TraceqlSyntaxError(`at most ${MAX_TOP} can be asked for at once`, 0, 1);
  }
}

/** A query and those that its metrics are calculated from. */
function queriesIn(query: TraceqlQuery): TraceqlQuery[] {
  const all: TraceqlQuery[] = [];
  const open = [query];
  for (let one = open.pop(); one; one = open.pop()) {
    all.push(one);
    const { metrics } = one;
    if (metrics?.kind !== 'math') continue;
    for (const side of [metrics.left, metrics.right]) if (typeof side !== 'number') open.push(side);
  }
  return all;
}

/** Without recursion: a chain of operators grows to the left without end. */
export function* nodesOf(query: TraceqlQuery): Generator<Node> {
  const open: Node[] = [];
  for (const { pipeline, metrics } of queriesIn(query)) {
    open.push(...pipeline.stages);
    if (metrics?.kind === 'compare') open.push(metrics.selection);
    if (metrics?.kind === 'metric') open.push(...metrics.by, ...(metrics.of ? [metrics.of] : []));
  }
  for (let node = open.pop(); node; node = open.pop()) {
    yield node;
    switch (node.kind) {
      case 'pipeline':
        open.push(...node.stages);
        break;
      case 'filter':
        if (node.condition) open.push(node.condition);
        break;
      case 'by':
      case 'select':
        open.push(...node.fields);
        break;
      case 'aggregate':
        if (node.of) open.push(node.of);
        break;
      case 'unary':
        open.push(node.operand);
        break;
      case 'spansets':
      case 'scalars':
      case 'scalarFilter':
      case 'binary':
        open.push(node.left, node.right);
        break;
    }
  }
}

type Comparing = Extract<FieldExpression, { readonly kind: 'binary' }>;

export function isComparison(node: Node): node is Comparing {
  return node.kind === 'binary' && !['&&', '||', '+', '-', '*', '/', '%', '^'].includes(node.op);
}

export function isPattern({ op }: Comparing): boolean {
  return op === '=~' || op === '!~';
}

export function tooMany(node: Node, what: string): TraceqlSyntaxError {
  const at = 'at' in node ? node.at : 0;
  return new TraceqlSyntaxError(`a query has at most ${what}; ask for less, or split it into several queries`, at, 1);
}
