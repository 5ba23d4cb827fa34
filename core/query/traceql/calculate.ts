/** Numbers as queries know them: integers that a double would round are bigints, and stay exact. */
import type { Arithmetic } from './ast';

export type Numeric = number | bigint;

export function isNumeric(value: unknown): value is Numeric {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** A bigint only where a number would lose digits. */
export function integerOf(value: bigint): Numeric {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** What is larger than that is a double again: nothing that is stored is. */
const MOST = 2n ** 127n;

/** Sums, products and remainders of integers are exact; the rest is as JavaScript does: 1 / 0 is infinite, 1 / 2 is 0.5. */
export function calculate(op: Arithmetic, a: Numeric, b: Numeric): Numeric {
  switch (op) {
    case '/':
      return Number(a) / Number(b);
    case '^':
      return Number(a) ** Number(b);
    default: {
      const rough = rounded(op, Number(a), Number(b));
      if (Number.isSafeInteger(rough) && typeof a === 'number' && typeof b === 'number') return rough;
      const isExact = isInteger(a) && isInteger(b) && !(op === '%' && Number(b) === 0);
      return isExact ? exact(op, BigInt(a), BigInt(b)) : rough;
    }
  }
}

export function negated(value: Numeric): Numeric {
  return typeof value === 'bigint' ? integerOf(-value) : -value;
}

function isInteger(value: Numeric): boolean {
  return typeof value === 'bigint' || Number.isSafeInteger(value);
}

function rounded(op: '+' | '-' | '*' | '%', a: number, b: number): number {
  if (op === '+') return a + b;
  if (op === '-') return a - b;
  return op === '*' ? a * b : a % b;
}

function exact(op: '+' | '-' | '*' | '%', a: bigint, b: bigint): Numeric {
  const result = op === '+' ? a + b : op === '-' ? a - b : op === '*' ? a * b : a % b;
  return result > MOST || result < -MOST ? Number(result) : integerOf(result);
}
