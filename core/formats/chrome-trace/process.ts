/** A process of a recording: what is told of it, and its tracks. */
import type { Attributes, Value } from '../spans';
import type { TraceEvent } from './event';
import type { TimeBase } from './time-base';
import type { Track } from './track';

export interface Process {
  readonly pid: string;
  name: string;
  labels: string;
  /** By their ids. */
  readonly threadNames: Map<string, string>;
  readonly tracks: Map<string, Track>;
  /** Instants of the process or of the whole file. */
  readonly instants: TraceEvent[];
}

export function resourceOf({ pid, name, labels }: Process, base: TimeBase): Attributes {
  return [
    ['service.name', name || (/^-?\d+$/.test(pid) ? `process ${pid}` : pid)],
    ['process.pid', numberOr(pid)],
    ...(labels === '' ? [] : [['chrome_trace.process_labels', labels] as const]),
    ['chrome_trace.time_base', base.source],
  ];
}

/** Ids are numbers, but for a few tools'. */
export function numberOr(id: string): Value {
  return /^-?\d{1,15}$/.test(id) ? BigInt(id) : id;
}
