/** Sharing that goes on is one thing that somebody does, however many requests it takes. */
export interface Told {
  /** RFC 3339. */
  readonly time: string;
  readonly type: string;
  readonly actor: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

const WITHIN_MS = 10 * 60_000;
const KEPT_IDS = 100;

/** What both say, as one. @returns null: they are two things */
function sharedTogether(before: Told, next: Told): Told['payload'] | null {
  const isSame =
    before.type === 'trace.shared.v1' &&
    next.type === before.type &&
    next.actor === before.actor &&
    next.payload.projectId === before.payload.projectId &&
    Math.abs(Date.parse(next.time) - Date.parse(before.time)) <= WITHIN_MS;
  if (!isSame) return null;
  const [known, added] = [idsIn(before.payload), idsIn(next.payload)];
  const both = [...new Set([...known, ...added])];
  // Of more than are kept, what came twice cannot be told any more.
  const isWhole = countIn(before.payload) === known.length && countIn(next.payload) === added.length;
  const count = isWhole ? both.length : countIn(before.payload) + countIn(next.payload);
  return { ...next.payload, traceIds: both.slice(0, KEPT_IDS), count };
}

/** In their order, those that are one thing as one. */
export function togetherAll<T extends Told>(events: readonly T[]): T[] {
  const told: T[] = [];
  for (const event of events) {
    const before = told.at(-1);
    const payload = before ? sharedTogether(before, event) : null;
    if (payload) told[told.length - 1] = { ...event, payload };
    else told.push(event);
  }
  return told;
}

function idsIn({ traceIds }: Told['payload']): string[] {
  return Array.isArray(traceIds) ? traceIds.filter((id): id is string => typeof id === 'string') : [];
}

function countIn(payload: Told['payload']): number {
  return typeof payload.count === 'number' ? payload.count : idsIn(payload).length;
}
