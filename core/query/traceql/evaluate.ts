/** Conditions and values of one span, as functions: each expression is looked at once, each span many times. */
import { wordsOf } from '../../search/words';
import type { Arithmetic, Binary, Comparison, Field, FieldExpression } from './ast';
import { AnswerSteps, TextPattern } from './regex';
import { compares, NO_VALUES, staticValue, type Value, type Values } from './values';

/** A span, as far as a query can ask about it. */
export interface SpanFields {
  values(field: Field): Values;
  /** Whether the span's texts hold the word (`span:text`). */
  hasWord(word: string): boolean;
}

export type Condition = (span: SpanFields) => boolean;
export type Evaluated = (span: SpanFields) => Values;

/** @param steps of its regular expressions. @throws TraceqlSyntaxError for a regular expression that cannot be read */
export function conditionOf(expression: FieldExpression, steps: AnswerSteps = new AnswerSteps()): Condition {
  if (expression.kind === 'binary') {
    const { op } = expression;
    if (op === '&&' || op === '||') {
      const left = conditionOf(expression.left, steps);
      const right = conditionOf(expression.right, steps);
      return op === '&&' ? (span) => left(span) && right(span) : (span) => left(span) || right(span);
    }
    return isArithmetic(op) ? isTrue(expression, steps) : comparison(expression, op, steps);
  }
  if (expression.kind === 'unary' && expression.op === '!') {
    const inner = conditionOf(expression.operand, steps);
    return (span) => !inner(span);
  }
  return isTrue(expression, steps);
}

export function valuesOf(expression: FieldExpression, steps: AnswerSteps = new AnswerSteps()): Evaluated {
  switch (expression.kind) {
    case 'attribute':
    case 'intrinsic':
      return (span) => span.values(expression);
    case 'unary': {
      if (expression.op === '!') return truth(conditionOf(expression, steps));
      const inner = valuesOf(expression.operand, steps);
      return (span) => inner(span).flatMap((value) => (typeof value === 'number' ? -value : []));
    }
    case 'binary': {
      const { op } = expression;
      if (!isArithmetic(op)) return truth(conditionOf(expression, steps));
      const left = valuesOf(expression.left, steps);
      const right = valuesOf(expression.right, steps);
      return (span) => calculated(op, left(span), right(span), steps);
    }
    default: {
      const value = staticValue(expression);
      const values: Values = value === null ? NO_VALUES : [value];
      return () => values;
    }
  }
}

/** The words that `text = "..."` asks for. */
export function textWords(comparison: Binary): readonly string[] {
  return comparison.right.kind === 'string' ? [...new Set(wordsOf(comparison.right.value))] : [];
}

export function isText(expression: FieldExpression): boolean {
  return expression.kind === 'intrinsic' && expression.name === 'span:text';
}

function comparison(expression: Binary, op: Comparison, steps: AnswerSteps): Condition {
  if (isText(expression.left)) {
    const words = textWords(expression);
    const has: Condition = (span) => words.every((word) => span.hasWord(word));
    return op === '=' ? has : (span) => !has(span);
  }
  const left = valuesOf(expression.left, steps);
  if ((op === '=~' || op === '!~') && expression.right.kind === 'string') {
    const pattern = new TextPattern(expression.right.value, expression.at, steps);
    return (span) => left(span).some((value) => compares(op, value, pattern));
  }
  if (expression.left.kind === 'nil' || expression.right.kind === 'nil') {
    const field = expression.left.kind === 'nil' ? valuesOf(expression.right, steps) : left;
    return (span) => (field(span).length === 0) === (op === '=');
  }
  const right = valuesOf(expression.right, steps);
  return (span) => {
    const [values, others] = [left(span), right(span)];
    if (values.length > 1 && others.length > 1) steps.spend(values.length * others.length);
    return values.some((a) => others.some((b) => compares(op, a, b)));
  };
}

function isTrue(expression: FieldExpression, steps: AnswerSteps): Condition {
  const values = valuesOf(expression, steps);
  return (span) => values(span).includes(true);
}

function truth(condition: Condition): Evaluated {
  return (span) => [condition(span)];
}

function calculated(op: Arithmetic, left: Values, right: Values, steps: AnswerSteps): Values {
  const numbers = (values: Values): number[] => values.filter((value: Value) => typeof value === 'number');
  if (left.length > 1 && right.length > 1) steps.spend(left.length * right.length * STEPS_A_NUMBER);
  return numbers(left).flatMap((a) => numbers(right).map((b) => calculate(op, a, b)));
}

/** It is kept, not only looked at. */
const STEPS_A_NUMBER = 100;

/** As JavaScript does: 1 / 0 is infinite, and a remainder has the sign of what is divided. */
export function calculate(op: Arithmetic, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '^':
      return a ** b;
  }
}

function isArithmetic(op: Binary['op']): op is Arithmetic {
  return ['+', '-', '*', '/', '%', '^'].includes(op);
}
