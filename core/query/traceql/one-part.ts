/**
 * Which conditions speak of the same event, or the same link: those that `&&` joins, and fields that are compared with each other.
 * `!(...)` and `= nil` by themselves speak of all events of a span; beside another condition they speak of its event.
 */
import type { Field, FieldExpression } from './ast';
import { fieldsIn } from './walk';

export const PARTS = ['event', 'link'] as const;
export type Part = (typeof PARTS)[number];

function isOfPart(field: Field, part: Part): boolean {
  if (field.kind === 'attribute') return field.scope === part;
  return field.kind === 'intrinsic' && field.name.startsWith(`${part}:`);
}

/** The conditions that `&&` joins. */
export function conjuncts(expression: FieldExpression): FieldExpression[] {
  const all: FieldExpression[] = [];
  const open = [expression];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.kind === 'binary' && next.op === '&&') open.push(next.right, next.left);
    else all.push(next);
  }
  return all;
}

/** How many of its fields are of the part. */
export function countOfPart(expression: FieldExpression, part: Part): number {
  return fieldsIn(expression).filter((field) => isOfPart(field, part)).length;
}

export function speaksOfOne(expression: FieldExpression, part: Part): boolean {
  if (expression.kind !== 'binary' || expression.op === '||') return false;
  if (expression.op !== '&&') return countOfPart(expression, part) > 1;
  const own = conjuncts(expression).filter((one) => countOfPart(one, part) > 0);
  return own.length > 1 && own.some((one) => findsOne(one, part));
}

/** Whether a condition is met by an event, rather than by there being none. */
function findsOne(expression: FieldExpression, part: Part): boolean {
  if (expression.kind === 'unary') return expression.op === '-' && findsOne(expression.operand, part);
  if (expression.kind !== 'binary') return countOfPart(expression, part) > 0;
  if (isAbsence(expression)) return false;
  return findsOne(expression.left, part) || findsOne(expression.right, part);
}

/** Whether what holds of one event holds of the span with all of them. */
export function holdsOfAll(expression: FieldExpression, part: Part): boolean {
  if (countOfPart(expression, part) === 0) return true;
  if (expression.kind === 'unary') return expression.op === '-' && holdsOfAll(expression.operand, part);
  if (expression.kind !== 'binary') return true;
  return !isAbsence(expression) && holdsOfAll(expression.left, part) && holdsOfAll(expression.right, part);
}

function isAbsence(expression: FieldExpression): boolean {
  if (expression.kind !== 'binary' || expression.op !== '=') return false;
  return expression.left.kind === 'nil' || expression.right.kind === 'nil';
}

/** Whether `!` negates a condition. Of a value it asks for what is false, and what has none is neither. */
export function isNegation({ op, operand }: Extract<FieldExpression, { readonly kind: 'unary' }>): boolean {
  if (op !== '!') return false;
  if (operand.kind === 'unary') return isNegation(operand);
  return operand.kind === 'binary' && !['+', '-', '*', '/', '%', '^'].includes(operand.op);
}
