/** Whether a log record stands at the time that its sender wrote. */
import type { LogRecord } from '../../core/api/telemetry';
import { rfc3339FromNs } from '../../core/model/time';

/** Why it does not, in a sentence; null: it does, or it was observed when it stands there. */
export function doubtOfLogTime({
  time,
  timeUnixNano,
  observedTimeUnixNano,
}: Pick<LogRecord, 'time' | 'timeUnixNano' | 'observedTimeUnixNano'>): string | null {
  const sent = timeUnixNano === '0' ? observedTimeUnixNano : timeUnixNano;
  if (sent === '0') return 'Time unknown: its sender wrote none. It stands where it arrived.';
  const ns = BigInt(sent);
  if (ns < 2n ** 63n && rfc3339FromNs(ns) === time) return null;
  return `Clock off: its sender wrote ${timeUnixNano}. It stands where it was observed, or arrived.`;
}
