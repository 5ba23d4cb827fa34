/** Conditions on one span: what stands between braces. */
import { SPAN_KIND_NAMES, type SpanKindName, type StatusCodeName } from '../../model/span-kind';
import { wordTable } from '../../model/word-table';
import {
  ATTRIBUTE_SCOPES,
  type Binary,
  COMPARISONS,
  type Comparison,
  type Field,
  type FieldExpression,
  INTRINSICS,
  type IntrinsicName,
  type Static,
} from './ast';
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
const WORDS = [...FIELD_WORDS, ...STATUSES, ...SPAN_KIND_NAMES, 'true', 'false', 'nil'];
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
  const operand = parseUnary(tokens, depth + 1);
  const negated = op === '-' ? negative(operand) : null;
  return negated ?? { kind: 'unary', op, operand, at };
}

/** A number with its sign is a number. */
function negative(operand: FieldExpression): Static | null {
  if (operand.kind !== 'integer' && operand.kind !== 'float' && operand.kind !== 'duration') return null;
  return { kind: operand.kind, value: -operand.value };
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
    case 'integer':
    case 'float':
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
    return { kind: 'attribute', scope: token.scope, name: token.name, at: token.at };
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

export function comparisonAt(tokens: TokenStream): Comparison | null {
  return tokens.symbolOf(COMPARISONS);
}
