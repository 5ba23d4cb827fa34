/** New traces as they are stored, for `/v1/live` and `spoor tail`. */
import type { TraceListPage, TraceMatchSummary } from '../../core/api/search';
import type { TraceListQuery } from '../../core/api/trace-list-query';
import { nsFromMs } from '../../core/model/time';

/** What came in the meantime comes together. */
const PACE_MS = 500;
const PAGE = 100;
const MAX_PAGES = 10;
/** Traces remembered as told. */
const MAX_KNOWN = 20_000;
/** Spans come when they end: a trace that is new may have begun some time ago. */
const LOOK_BACK_MS = 600_000;

export interface LiveEvent {
  /** `update`: more spans of a trace that was told before. */
  readonly event: 'trace' | 'update';
  readonly trace: TraceMatchSummary;
}

interface Source {
  listTraces(query: TraceListQuery): Promise<TraceListPage>;
  nextChange(after: number, signal?: AbortSignal): Promise<number>;
}

/** Ends when the signal says so. @throws SpoorError VALIDATION_ERROR before the first event */
export async function* liveTraces(
  source: Source,
  asked: TraceListQuery,
  signal: AbortSignal,
): AsyncGenerator<LiveEvent | null> {
  const from = nsFromMs(Date.now() - LOOK_BACK_MS).toString();
  const known = new Map<string, number>();
  let version = 0;
  for await (const trace of newest(source, { ...asked, from })) known.set(trace.traceId, trace.spanCount);
  while (!signal.aborted) {
    const changed = await source.nextChange(version, signal);
    if (signal.aborted) return;
    // Nothing for a while: who listens should know that we are there.
    if (changed === version) yield null;
    version = changed;
    const events: LiveEvent[] = [];
    let told = 0;
    for await (const trace of newest(source, { ...asked, from })) {
      const before = known.get(trace.traceId);
      if (before === trace.spanCount) {
        // A page of what is known lies between us and anything new.
        if (++told >= PAGE) break;
        continue;
      }
      known.delete(trace.traceId);
      known.set(trace.traceId, trace.spanCount);
      events.push({ event: before === undefined ? 'trace' : 'update', trace });
    }
    for (const id of known.keys()) {
      if (known.size <= MAX_KNOWN) break;
      known.delete(id);
    }
    yield* events.reverse();
    await new Promise((resolve) => setTimeout(resolve, PACE_MS));
  }
}

async function* newest(source: Source, query: TraceListQuery): AsyncGenerator<TraceMatchSummary> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { data, pagination } = await source.listTraces({ ...query, limit: PAGE, cursor });
    yield* data;
    if (pagination.nextCursor === null) return;
    cursor = pagination.nextCursor;
  }
}
