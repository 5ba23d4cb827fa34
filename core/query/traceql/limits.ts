/** How large a query may be: what one can write in a line, and no more than a span can be asked in a moment. */
import type { Field, FieldExpression, Scalar, Spanset, Stage, TraceqlQuery } from './ast';
import { TextPattern } from './regex';
import { TraceqlSyntaxError } from './syntax-error';

/** Fields of `by` and `select`, quantiles, hints. */
export const MAX_LIST = 20;
/** Operators, fields, values and steps together. */
export const MAX_NODES = 1_000;
/** Comparisons, each of which is a condition of the database's. */
export const MAX_COMPARISONS = 200;
const MAX_PATTERNS = 100;
/** Instructions of all regular expressions together. */
export const MAX_PATTERN_SIZE = 5_000;
/** What is compared with `compare()` and left over by topk: answers, not scans. */
const MAX_TOP = 1_000;

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
  const { metrics, series } = query;
  const top = Math.max(series?.count ?? 0, metrics?.kind === 'compare' ? metrics.top : 0);
  if (top > MAX_TOP) throw new TraceqlSyntaxError(`at most ${MAX_TOP} can be asked for at once`, 0, 1);
}

/** Compiles every regular expression once. @throws TraceqlSyntaxError */
export function checkPatterns(query: TraceqlQuery): void {
  let size = 0;
  for (const node of nodesOf(query)) {
    if (!isComparison(node) || !isPattern(node) || node.right.kind !== 'string') continue;
    size += new TextPattern(node.right.value, node.at).size;
    if (size > MAX_PATTERN_SIZE) {
      throw tooMany(node, `${MAX_PATTERN_SIZE} steps of regular expressions, with repetitions written out`);
    }
  }
}

/** Without recursion: a chain of operators grows to the left without end. */
function* nodesOf({ pipeline, metrics }: TraceqlQuery): Generator<Node> {
  const open: Node[] = [...pipeline.stages];
  if (metrics?.kind === 'compare') open.push(metrics.selection);
  if (metrics?.kind === 'metric') open.push(...metrics.by, ...(metrics.of ? [metrics.of] : []));
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

function isComparison(node: Node): node is Comparing {
  return node.kind === 'binary' && !['&&', '||', '+', '-', '*', '/', '%', '^'].includes(node.op);
}

function isPattern({ op }: Comparing): boolean {
  return op === '=~' || op === '!~';
}

function tooMany(node: Node, what: string): TraceqlSyntaxError {
  const at = 'at' in node ? node.at : 0;
  return new TraceqlSyntaxError(`a query has at most ${what}; ask for less at once, or in several queries`, at, 1);
}
