/** One event of the Trace Event Format, by what all phases have in common. */
import { get, type JsonObject } from '../../otlp/json-fields';
import { JsonShapeError } from '../../otlp/json-shape-error';
import { isRecord } from '../is-record';
import { nsFromMicros } from '../micros';

export interface TraceEvent {
  /** Its place in the file. */
  readonly index: number;
  /** One letter. */
  readonly phase: string;
  readonly name: string;
  readonly category: string;
  /** Nanoseconds since whatever the file counts from. */
  readonly ns: bigint;
  /** Null: it says none. */
  readonly durationNs: bigint | null;
  readonly pid: string;
  readonly tid: string;
  /** With what it is local to; empty: it has none. */
  readonly id: string;
  readonly args: unknown;
  readonly raw: JsonObject;
}

const METADATA = 'M';

/** @throws JsonShapeError */
export function traceEvent(value: unknown, index: number): TraceEvent {
  const at = `traceEvents[${index}]`;
  if (!isRecord(value)) throw new JsonShapeError(`${at}: not an object`);
  const phase = get(value, 'ph');
  if (typeof phase !== 'string') throw new JsonShapeError(`${at}.ph: not a string`);
  const ts = get(value, 'ts');
  // Some tools say the thread's own time alone.
  const duration = get(value, 'dur') ?? get(value, 'tdur');
  const durationNs = duration === undefined ? null : nsFromMicros(duration, `${at}.dur`);
  if (durationNs !== null && durationNs < 0n) throw new JsonShapeError(`${at}.dur: below zero`);
  return {
    index,
    phase,
    name: keyText(get(value, 'name')),
    category: keyText(get(value, 'cat')),
    ns: ts === undefined && phase === METADATA ? 0n : nsFromMicros(ts, `${at}.ts`),
    durationNs,
    pid: keyText(get(value, 'pid')) || '0',
    tid: keyText(get(value, 'tid')) || '0',
    id: idOf(value),
    args: get(value, 'args'),
    raw: value,
  };
}

/** `id2` says whether it is of the process or of the file. */
function idOf(value: JsonObject): string {
  const id2 = get(value, 'id2');
  const { local, global } = isRecord(id2) ? { local: get(id2, 'local'), global: get(id2, 'global') } : {};
  const scope = keyText(get(value, 'scope'));
  const id = idText(get(value, 'id')) || idText(local) || idText(global);
  return id === '' || scope === '' ? id : `${scope} ${id}`;
}

/** Numbers and texts of hex are the same id. */
export function idText(value: unknown): string {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? `0x${value.toString(16)}`
    : keyText(value).toLowerCase();
}

/** Texts and numbers are; all else is nothing. */
export function keyText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}
