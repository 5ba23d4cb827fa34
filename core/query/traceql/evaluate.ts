/** Conditions and values of one span, as functions: each expression is looked at once, each span many times. */
import { wordsOf } from '../../search/words';
import type { Arithmetic, Binary, Comparison, Field, FieldExpression } from './ast';
import { calculate, isNumeric, type Numeric, negated } from './calculate';
import { conjuncts, isNegation, PARTS, type Part, speaksOfOne } from './one-part';
import { AnswerSteps, TextPattern } from './regex';
import { compares, NO_VALUES, staticValue, type Value, type Values } from './values';
import { isText } from './walk';

/** A span, as far as a query can ask about it. */
export interface SpanFields {
  values(field: Field): Values;
  /** Whether the span's texts hold the word (`span:text`). */
  hasWord(word: string): boolean;
  /** The span as each of its events or links sees it; undefined: it knows no such parts. */
  parts?(part: Part): readonly SpanFields[] | undefined;
}

export type Condition = (span: SpanFields) => boolean;
export type Evaluated = (span: SpanFields) => Values;

/**
 * @param steps of its regular expressions
 * @param bound parts of which the span shows one already
 * @throws TraceqlSyntaxError for a regular expression that cannot be read
 */
export function conditionOf(
  expression: FieldExpression,
  steps: AnswerSteps = new AnswerSteps(),
  bound: readonly Part[] = [],
): Condition {
  if (expression.kind === 'binary') {
    const part = PARTS.find((one) => !bound.includes(one) && speaksOfOne(expression, one));
    if (part) return ofOne(part, conditionOf(expression, steps, [...bound, part]), steps, bound.length > 0);
    const { op } = expression;
    if (op === '&&') {
      const all = conjuncts(expression).map((one) => conditionOf(one, steps, bound));
      return all.reduce((left, right) => (span) => left(span) && right(span));
    }
    if (op === '||') {
      const left = conditionOf(expression.left, steps, bound);
      const right = conditionOf(expression.right, steps, bound);
      return (span) => left(span) || right(span);
    }
    return isArithmetic(op) ? isTrue(expression, steps) : comparison(expression, op, steps, bound);
  }
  if (expression.kind === 'unary' && isNegation(expression)) {
    const inner = conditionOf(expression.operand, steps, bound);
    return (span) => !inner(span);
  }
  return isTrue(expression, steps, bound);
}

/** That some event, or some link, meets all of it. */
function ofOne(part: Part, holds: Condition, steps: AnswerSteps, isInner: boolean): Condition {
  return (span) => {
    const parts = span.parts?.(part);
    if (!parts || parts.length === 0) return holds(span);
    if (isInner) steps.spend(parts.length);
    return parts.some(holds);
  };
}

export function valuesOf(
  expression: FieldExpression,
  steps: AnswerSteps = new AnswerSteps(),
  bound: readonly Part[] = [],
): Evaluated {
  switch (expression.kind) {
    case 'attribute':
    case 'intrinsic':
    case 'parent':
      return (span) => span.values(expression);
    case 'unary': {
      if (isNegation(expression)) return truth(conditionOf(expression, steps, bound));
      const inner = valuesOf(expression.operand, steps, bound);
      if (expression.op === '!') return (span) => inner(span).flatMap(opposite);
      return (span) => inner(span).flatMap((value) => (isNumeric(value) ? negated(value) : []));
    }
    case 'binary': {
      const { op } = expression;
      if (!isArithmetic(op)) return truth(conditionOf(expression, steps, bound));
      const left = valuesOf(expression.left, steps, bound);
      const right = valuesOf(expression.right, steps, bound);
      return (span) => calculated(op, left(span), right(span), steps);
    }
    default: {
      const value = staticValue(expression);
      const values: Values = value === null ? NO_VALUES : [value];
      return () => values;
    }
  }
}

/** Of what is true or false; of a list, whether all of it is false. Anything else has none. */
function opposite(value: Value): Values {
  if (typeof value === 'boolean') return [!value];
  if (!Array.isArray(value) || !value.some((item) => typeof item === 'boolean')) return NO_VALUES;
  return [value.every((item) => item === false)];
}

/** The words that `text = "..."` asks for. */
export function textWords(comparison: Binary): readonly string[] {
  return comparison.right.kind === 'string' ? [...new Set(wordsOf(comparison.right.value))] : [];
}

function comparison(expression: Binary, op: Comparison, steps: AnswerSteps, bound: readonly Part[]): Condition {
  if (isText(expression.left)) {
    const words = textWords(expression);
    const has: Condition = (span) => words.every((word) => span.hasWord(word));
    return op === '=' ? has : (span) => !has(span);
  }
  const left = valuesOf(expression.left, steps, bound);
  if ((op === '=~' || op === '!~') && expression.right.kind === 'string') {
    const pattern = new TextPattern(expression.right.value, expression.at, steps);
    return (span) => left(span).some((value) => compares(op, value, pattern));
  }
  if (expression.left.kind === 'nil' || expression.right.kind === 'nil') {
    // As in Tempo, where nil stands on both sides nothing is said.
    if (expression.left.kind === expression.right.kind) return () => false;
    const field = expression.left.kind === 'nil' ? valuesOf(expression.right, steps, bound) : left;
    return (span) => (field(span).length === 0) === (op === '=');
  }
  const right = valuesOf(expression.right, steps, bound);
  return (span) => {
    const [values, others] = [left(span), right(span)];
    if (values.length > 1 && others.length > 1) steps.spend(values.length * others.length);
    return values.some((a) => others.some((b) => compares(op, a, b)));
  };
}

function isTrue(expression: FieldExpression, steps: AnswerSteps, bound: readonly Part[] = []): Condition {
  const values = valuesOf(expression, steps, bound);
  return (span) => values(span).some((value) => value === true || (Array.isArray(value) && value.includes(true)));
}

function truth(condition: Condition): Evaluated {
  return (span) => [condition(span)];
}

function calculated(op: Arithmetic, left: Values, right: Values, steps: AnswerSteps): Values {
  const numbers = (values: Values): Numeric[] => values.filter((value) => isNumeric(value));
  if (left.length > 1 && right.length > 1) steps.spend(left.length * right.length * STEPS_A_NUMBER);
  return numbers(left).flatMap((a) => numbers(right).map((b) => calculate(op, a, b)));
}

/** It is kept, not only looked at. */
const STEPS_A_NUMBER = 100;

function isArithmetic(op: Binary['op']): op is Arithmetic {
  return ['+', '-', '*', '/', '%', '^'].includes(op);
}
