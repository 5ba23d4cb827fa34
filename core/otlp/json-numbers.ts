/**
 * Numbers in the JSON encoding of protobuf (protobuf.dev/programming-guides/json): bare or as text, with a fraction or an exponent
 * where the value is whole. A value that does not fit the type of its field is refused, because it would be stored as another one.
 */
import { JsonShapeError } from './json-shape-error';

export type IntegerType = 'int32' | 'uint32' | 'int64' | 'uint64';

const RANGES: Readonly<Record<IntegerType, readonly [least: bigint, most: bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};
/** Longer is no integer of 64 bits that anybody writes. */
const MAX_INTEGER_CHARS = 64;
/** The longest double has 1,079 digits. Patterns that repeat meet short texts only: over megabytes they overflow the stack. */
const MAX_DOUBLE_CHARS = 1_200;
/** More zeros than this are beyond 64 bits. */
const MAX_ZEROS = 20;

/** @throws JsonShapeError when it is none, or not within the range of `type` */
export function asInteger(value: unknown, type: IntegerType, at: string): bigint {
  const number = integerOf(value);
  if (number === null) throw new JsonShapeError(`${at}: not a ${type.endsWith('32') ? 32 : 64}-bit integer`);
  const [least, most] = RANGES[type];
  if (number < least || number > most) throw new JsonShapeError(`${at}: beyond the range of ${type}`);
  return number;
}

/** @throws JsonShapeError when it is none, or larger than a double can be */
export function asDouble(value: unknown, at: string): number {
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  const number = typeof value === 'number' ? value : isDecimal(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) throw new JsonShapeError(`${at}: not a number`);
  if (!Number.isFinite(number)) throw new JsonShapeError(`${at}: beyond the range of a double`);
  return number;
}

function isDecimal(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= MAX_DOUBLE_CHARS &&
    /^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(value.trim())
  );
}

function integerOf(value: unknown): bigint | null {
  // A number's text says what the sender wrote, where the number itself is only near it.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : wholeDecimal(String(value));
  if (typeof value !== 'string' || value.length > MAX_INTEGER_CHARS) return null;
  return /^-?\d+$/.test(value) ? BigInt(value) : wholeDecimal(value);
}

/** A decimal number that is whole, to the last digit; null: it is none. */
function wholeDecimal(text: string): bigint | null {
  const match = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end--;
  if (end === 0) return 0n;
  const zeros = Number(exponent) - fraction.length + digits.length - end;
  if (zeros < 0) return null;
  return BigInt(`${sign}${digits.slice(0, end)}${'0'.repeat(Math.min(zeros, MAX_ZEROS))}`);
}
