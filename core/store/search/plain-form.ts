/** Conditions as they are simplest to look for: the same spans match. */
import type { Binary, FieldExpression } from '../../query/traceql/ast';

/** Hex digits of ids. Some systems leave zeros out at the beginning. */
const ID_DIGITS: ReadonlyMap<string, number> = new Map([
  ['trace:id', 32],
  ['link:traceID', 32],
  ['span:id', 16],
  ['span:parentID', 16],
  ['link:spanID', 16],
]);

export function plainForm(expression: FieldExpression): FieldExpression {
  if (expression.kind === 'unary') return { ...expression, operand: plainForm(expression.operand) };
  if (expression.kind !== 'binary') return expression;
  const { op, left, right, at } = expression;
  if (isRoot(expression)) {
    const parent = { kind: 'intrinsic', name: 'span:parentID', at } as const;
    return { kind: 'binary', op: '=', left: parent, right: { kind: 'nil' }, at };
  }
  if (op === '=' || op === '!=') {
    return { ...expression, left: wholeId(plainForm(left), right), right: wholeId(plainForm(right), left) };
  }
  return { ...expression, left: plainForm(left), right: plainForm(right) };
}

/** `nestedSetParent < 0`, which is how Tempo's users ask for a root, without its tree. */
function isRoot({ op, left, right }: Binary): boolean {
  if (left.kind !== 'intrinsic' || left.name !== 'nestedSetParent' || right.kind !== 'integer') return false;
  return (op === '<' && right.value === 0) || (op === '=' && right.value === -1);
}

/** @param other what it is compared with */
function wholeId(expression: FieldExpression, other: FieldExpression): FieldExpression {
  const digits = other.kind === 'intrinsic' ? ID_DIGITS.get(other.name) : undefined;
  if (digits === undefined || expression.kind !== 'string' || !/^[0-9a-f]+$/i.test(expression.value)) return expression;
  return { ...expression, value: expression.value.toLowerCase().padStart(digits, '0') };
}
