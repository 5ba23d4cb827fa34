/** Conditions on one span: what stands between braces. */
import { SPAN_KIND_NAMES, type SpanKindName, type StatusCodeName } from '../../model/span-kind';
import { wordTable } from '../../model/word-table';
import {
  ATTRIBUTE_SCOPES,
  type Binary,
  COMPARISONS,
  type Field,
  type FieldExpression,
  INTRINSICS,
  type IntrinsicName,
  type Scalar,
  type Static,
} from './ast';
import { negated } from './calculate';
import { nearest, TraceqlSyntaxError } from './syntax-error';
import type { TokenStream } from './token-stream';

/** Older names of intrinsics, without a scope. */
const UNSCOPED: Readonly<Record<string, IntrinsicName>> = wordTable({
  duration: 'span:duration',
  name: 'span:name',
  status: 'span:status',
  statusMessage: 'span:statusMessage',
  kind: 'span:kind',
  childCount: 'span:childCount',
  text: 'span:text',
  rootName: 'trace:rootName',
  rootServiceName: 'trace:rootService',
  traceDuration: 'trace:duration',
  nestedSetLeft: 'nestedSetLeft',
  nestedSetRight: 'nestedSetRight',
  nestedSetParent: 'nestedSetParent',
});
const STATUSES: readonly StatusCodeName[] = ['error', 'ok', 'unset'];
const FIELD_WORDS = [...Object.keys(UNSCOPED), ...INTRINSICS];
const WORDS = [...FIELD_WORDS, ...STATUSES, ...SPAN_KIND_NAMES, 'true', 'false', 'nil', 'minInt', 'maxInt'];
const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;
/** Deeper nesting than any query a person writes. */
const MAX_DEPTH = 100;

/** Binary operators, the loosest first; those of one level group from the left, as in Tempo's grammar: `&&` and `||` alike. */
const LEVELS: readonly (readonly Binary['op'][])[] = [['&&', '||'], COMPARISONS, ['+', '-'], ['*', '/', '%']];

export function parseFieldExpression(tokens: TokenStream, level = 0, depth = 0): FieldExpression {
  const operators = LEVELS[level];
  if (!operators) return parsePower(tokens, depth);
  let left = parseFieldExpression(tokens, level + 1, depth + 1);
  for (let op = tokens.symbolOf(operators); op !== null; op = tokens.symbolOf(operators)) {
    const { at } = tokens.next();
    const right = parseFieldExpression(tokens, level + 1, depth + 1);
    left = { kind: 'binary', op, left, right, at };
  }
  return left;
}

/** Groups from the right. */
function parsePower(tokens: TokenStream, depth: number): FieldExpression {
  const left = parseUnary(tokens, depth);
  if (!tokens.isSymbol('^')) return left;
  const { at } = tokens.next();
  return { kind: 'binary', op: '^', left, right: parsePower(tokens, depth + 1), at };
}

function parseUnary(tokens: TokenStream, depth: number): FieldExpression {
  if (depth > MAX_DEPTH * LEVELS.length) throw tokens.unexpected('the query is nested too deeply');
  const op = tokens.symbolOf(['-', '!'] as const);
  if (op === null) return parsePrimary(tokens, depth);
  const { at } = tokens.next();
  // As in Tempo's grammar, all that is tighter than a sum: `-a ^ 2` is -(a ^ 2).
  const operand = parseFieldExpression(tokens, LEVELS.length - 1, depth + 1);
  const sole = op === '-' ? negative(operand) : null;
  return sole ?? { kind: 'unary', op, operand, at };
}

/** A number with its sign is a number; null of anything else. */
export function negative(operand: FieldExpression | Scalar): Static | null {
  if (operand.kind === 'float') return { kind: 'float', value: -operand.value };
  if (operand.kind !== 'integer' && operand.kind !== 'duration') return null;
  // The least integer has no opposite.
  if (operand.value === MIN_INTEGER) return null;
  return { kind: operand.kind, value: negated(operand.value) };
}

function parsePrimary(tokens: TokenStream, depth: number): FieldExpression {
  if (tokens.take('(')) {
    const inner = parseFieldExpression(tokens, 0, depth + 1);
    tokens.expect(')', 'what stands in parentheses');
    return inner;
  }
  return tryStatic(tokens) ?? tryField(tokens) ?? fail(tokens, 'an attribute or a value should stand here', WORDS);
}

/** A value that is written out. */
export function tryStatic(tokens: TokenStream): Static | null {
  const token = tokens.current;
  const value = staticOf(token.type === 'word' ? token.value : null);
  if (value) tokens.next();
  if (value) return value;
  switch (token.type) {
    case 'string':
      tokens.next();
      return { kind: 'string', value: token.value };
    case 'float':
      tokens.next();
      return { kind: 'float', value: token.value };
    case 'integer':
    case 'duration':
      tokens.next();
      return { kind: token.type, value: token.value };
    default:
      return null;
  }
}

function staticOf(word: string | null): Static | null {
  if (word === null) return null;
  if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true' };
  if (word === 'nil') return { kind: 'nil' };
  if (word === 'minInt') return { kind: 'integer', value: MIN_INTEGER };
  if (word === 'maxInt') return { kind: 'integer', value: MAX_INTEGER };
  const status = STATUSES.find((one) => one === word);
  if (status) return { kind: 'status', value: status };
  const kind: SpanKindName | undefined = SPAN_KIND_NAMES.find((one) => one === word);
  return kind ? { kind: 'spanKind', value: kind } : null;
}

/** An attribute or an intrinsic. */
function tryField(tokens: TokenStream): Field | null {
  const token = tokens.current;
  if (token.type === 'attribute') {
    tokens.next();
    const { scope, name, at } = token;
    if (!token.ofParent) return { kind: 'attribute', scope, name, at };
    return { kind: 'parent', scope: scope === 'span' || scope === 'resource' ? scope : null, name, at };
  }
  if (token.type !== 'word') return null;
  const name = INTRINSICS.find((one) => one === token.value) ?? UNSCOPED[token.value];
  if (!name) return null;
  tokens.next();
  return { kind: 'intrinsic', name, at: token.at };
}

export function parseField(tokens: TokenStream, where: string): Field {
  return tryField(tokens) ?? fail(tokens, `an attribute should stand in ${where}`, FIELD_WORDS);
}

/** @throws TraceqlSyntaxError that suggests an attribute where a bare word looks like one */
function fail(tokens: TokenStream, reason: string, candidates: readonly string[]): never {
  const token = tokens.current;
  if (token.type === 'word' && nearest(token.value, candidates) === null) {
    const next = tokens.ahead(1);
    const isDotted = next.type === 'attribute' && next.scope === null && next.at === token.end;
    const name = isDotted ? `${token.value}.${next.name}` : token.value;
    const scope = isDotted ? nearest(token.value, ATTRIBUTE_SCOPES) : null;
    const meant = scope && isDotted ? `${scope}.${next.name}` : `.${name}`;
    throw new TraceqlSyntaxError(
      `${name} is not known; an attribute begins with a dot or a scope`,
      token.at,
      name.length,
      meant,
    );
  }
  throw tokens.unexpected(reason, null, candidates);
}
