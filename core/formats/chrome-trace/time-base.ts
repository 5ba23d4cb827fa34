/** When a recording was made: its events count from a moment that each tool says in its own way, or not at all. */
import { nsFromText } from '../../model/time';
import { get, type JsonObject } from '../../otlp/json-fields';
import { asInteger } from '../../otlp/json-numbers';
import { isRecord } from '../is-record';

export interface TimeBase {
  /** Is added to the times of events. */
  readonly offsetNs: bigint;
  /** Where it is from. */
  readonly source: string;
}

/** September 2001, and where 64 bits of nanoseconds end: whoever counts from a boot or a start does not come so far. */
const FIRST_EPOCH_NS = 1_000_000_000_000_000_000n;
const LAST_EPOCH_NS = 2n ** 63n - 1n;

/** The moment from which events count, in units of so many nanoseconds: PyTorch and VizTracer, Clang, Bazel. */
const BASES: readonly (readonly [path: readonly string[], unitNs: bigint])[] = [
  [['baseTimeNanoseconds'], 1n],
  [['viztracer_metadata', 'baseTimeNanoseconds'], 1n],
  [['beginningOfTime'], 1_000n],
  [['otherData', 'profile_start_ts'], 1_000_000n],
];
/** The time of the first event, as text: Chrome's DevTools. */
const START = ['metadata', 'startTime'];

/** @param nowNs when nothing is said, the recording ended then */
export function timeBase(document: JsonObject, firstNs: bigint, lastNs: bigint, nowNs: bigint): TimeBase {
  if (firstNs >= FIRST_EPOCH_NS && lastNs <= LAST_EPOCH_NS) return { offsetNs: 0n, source: 'epoch' };
  for (const [path, unitNs] of BASES) {
    const base = integer(valueAt(document, path));
    if (base !== null) return { offsetNs: base * unitNs, source: path.join('.') };
  }
  const said = valueAt(document, START);
  const startNs = typeof said === 'string' ? nsFromText(said) : null;
  if (startNs !== null) return { offsetNs: startNs - firstNs, source: START.join('.') };
  return { offsetNs: nowNs - lastNs, source: 'import' };
}

function valueAt(document: JsonObject, path: readonly string[]): unknown {
  return path.reduce<unknown>((owner, name) => (isRecord(owner) ? get(owner, name) : undefined), document);
}

function integer(value: unknown): bigint | null {
  try {
    const number = asInteger(value, 'int64', '');
    return number > 0n ? number : null;
  } catch {
    return null;
  }
}
