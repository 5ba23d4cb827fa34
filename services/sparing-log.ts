/**
 * A log for what senders can cause as often as they like: a full disk refuses every export. The first line of a cause is written at once; of
 * those that follow within a minute the last is, with how many there were.
 */
import type { Log } from './log';

const MINUTE_MS = 60_000;
/** Told apart at once; what is beyond them is one. */
const MAX_CAUSES = 100;
/** Of what a line says; senders may have put names of any length there. */
const CAUSE_CHARS = 200;
/** Of each text in a line. */
const MAX_TEXT_CHARS = 2_000;
const OTHERS = '';

interface Line {
  again: number;
  last: Parameters<Log>;
}

export function sparing(log: Log): Log {
  const lines = new Map<string, Line>();
  const tell = (cause: string, entry: Parameters<Log>): void => {
    log(...entry);
    const line: Line = { again: 0, last: entry };
    lines.set(cause, line);
    setTimeout(() => {
      lines.delete(cause);
      const [level, message, fields] = line.last;
      if (line.again > 0) tell(cause, [level, message, { ...fields, again: line.again }]);
    }, MINUTE_MS).unref();
  };
  return (...said) => {
    const entry = shortened(said);
    const own = causeOf(entry);
    const cause = lines.has(own) || lines.size < MAX_CAUSES ? own : OTHERS;
    const line = lines.get(cause);
    if (!line) return tell(cause, entry);
    line.again++;
    line.last = entry;
  };
}

/** What is kept for a minute, and written. */
function shortened([level, message, fields]: Parameters<Log>): Parameters<Log> {
  const cut = (value: unknown): unknown =>
    typeof value === 'string' && value.length > MAX_TEXT_CHARS ? `${value.slice(0, MAX_TEXT_CHARS)}…` : value;
  const text = message.slice(0, MAX_TEXT_CHARS);
  return fields
    ? [level, text, Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, cut(value)]))]
    : [level, text];
}

/** Numbers in it are of one request. */
function causeOf([level, message, fields]: Parameters<Log>): string {
  const said = JSON.stringify([level, message, fields]).slice(0, 2 * CAUSE_CHARS);
  return said.replace(/\d+/g, '0').slice(0, CAUSE_CHARS);
}
