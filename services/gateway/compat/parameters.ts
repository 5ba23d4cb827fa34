/** Parameters of requests, as the programs read them whose protocols Spoor answers: most are written in Go. */
import { SpoorError } from '../../../core/model/errors';
import { nsFromText } from '../../../core/model/time';

const NS_PER_S = 1_000_000_000n;
/** Latest moment that is taken: beyond it, nothing can be stored. */
export const MAX_NS = 2n ** 63n - 1n;

/** Of durations such as `1h30m` or `1.5s` (Go's time.ParseDuration). */
const UNITS_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3_600e9,
};

export function invalid(message: string): SpoorError {
  return new SpoorError('VALIDATION_ERROR', message);
}

/** Empty is none. */
export function textParameter(query: URLSearchParams, name: string): string | null {
  return query.get(name) || null;
}

/** @throws SpoorError VALIDATION_ERROR */
export function integerParameter(query: URLSearchParams, name: string, least = 0): number | null {
  const text = textParameter(query, name);
  if (text === null) return null;
  const number = Number(text);
  if (!/^-?\d{1,18}$/.test(text) || !Number.isSafeInteger(number))
    throw invalid(`invalid ${name}: "${cut(text)}" is not an integer`);
  if (number < least) throw invalid(`invalid ${name}: must be at least ${least}`);
  return number;
}

/** In nanoseconds. @throws SpoorError VALIDATION_ERROR */
export function durationParameter(query: URLSearchParams, name: string): bigint | null {
  const text = textParameter(query, name);
  if (text === null) return null;
  const ns = goDuration(text);
  if (ns === null) throw invalid(`invalid ${name}: time: invalid duration "${cut(text)}"`);
  return ns;
}

/** Nanoseconds; null: it is none. */
export function goDuration(text: string): bigint | null {
  if (text === '0') return 0n;
  if (text.length > 64 || !/^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return null;
  let ns = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    ns += Number(number) * (UNITS_NS[unit ?? ''] ?? 0);
  }
  if (!Number.isFinite(ns) || ns > Number(MAX_NS)) return null;
  return BigInt(Math.round(text.startsWith('-') ? -ns : ns));
}

/** Seconds with up to ten digits or a fraction, nanoseconds, or RFC 3339, as epoch nanoseconds. @throws SpoorError VALIDATION_ERROR */
export function timeParameter(query: URLSearchParams, name: string): bigint | null {
  const text = textParameter(query, name);
  if (text === null) return null;
  const ns = momentOf(text);
  if (ns === null || ns < 0n || ns > MAX_NS) {
    throw invalid(`could not parse '${name}' parameter: "${cut(text)}" is neither seconds, nanoseconds nor RFC 3339`);
  }
  return ns;
}

function momentOf(text: string): bigint | null {
  if (/^\d{1,10}$/.test(text)) return BigInt(text) * NS_PER_S;
  const [, seconds, fraction] = /^(\d{1,10})\.(\d{1,9})\d*$/.exec(text) ?? [];
  if (seconds !== undefined) return BigInt(seconds) * NS_PER_S + BigInt((fraction ?? '').padEnd(9, '0'));
  return nsFromText(text);
}

/** So many units of time since the epoch, as epoch nanoseconds. @throws SpoorError VALIDATION_ERROR */
export function epochParameter(query: URLSearchParams, name: string, unitNs: bigint): bigint | null {
  const count = integerParameter(query, name);
  if (count === null) return null;
  const ns = BigInt(count) * unitNs;
  return ns > MAX_NS ? MAX_NS : ns;
}

/** For messages: what somebody sent may be long. */
export function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
