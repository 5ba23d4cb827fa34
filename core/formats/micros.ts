/** Times of tracers that count microseconds, with a fraction where they have one. */
import { JsonShapeError } from '../otlp/json-shape-error';

/** Longer is no time that anybody writes. */
const MAX_CHARS = 64;
/** Digits of nanoseconds in a microsecond. */
const NS_DIGITS = 3;
const FIVE = '5'.charCodeAt(0);

/** Nanoseconds, rounded; the decimal digits count, not the double that is near them. @throws JsonShapeError when it is no number */
export function nsFromMicros(value: unknown, at: string): bigint {
  if (typeof value !== 'number' && typeof value !== 'string') throw new JsonShapeError(`${at}: not a number`);
  const said = String(value).trim();
  if (said.length > MAX_CHARS) throw new JsonShapeError(`${at}: not a time in microseconds`);
  const text = /[eE]/.test(said) ? String(Number(said)) : said;
  const match = /^(-?\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) {
    // Below a millionth, a number is written with an exponent.
    if (said !== '' && Math.abs(Number(text)) < 1) return 0n;
    throw new JsonShapeError(`${at}: not a time in microseconds`);
  }
  const [, whole = '0', fraction = ''] = match;
  const digits = fraction.padEnd(NS_DIGITS + 1, '0');
  const ns = BigInt(digits.slice(0, NS_DIGITS)) + (digits.charCodeAt(NS_DIGITS) >= FIVE ? 1n : 0n);
  return BigInt(whole) * 1_000n + (text.startsWith('-') ? -ns : ns);
}
