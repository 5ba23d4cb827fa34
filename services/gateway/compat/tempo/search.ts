/** Search: TraceQL, or the tags and durations of older clients. */
import type { FoundSet, FoundTrace } from '../../../../core/api/found-sets';
import { durationParameter, integerParameter, invalid, textParameter } from '../parameters';
import type { Answered, Asked, CompatSource } from '../protocol';
import { json } from '../protocol';
import { anyValueOf } from '../values';
import { rangeOf } from './range';
import { tagSearch } from './tag-search';

const DEFAULT_LIMIT = 20;
const DEFAULT_SPANS = 3;
const NS_PER_MS = 1_000_000n;
/** Said of a span elsewhere. */
const SAID: ReadonlySet<string> = new Set(['name', 'duration', 'span:id']);

export async function search({ store }: CompatSource, { query, signal }: Asked): Promise<Answered> {
  const range = rangeOf(query);
  const limit = integerParameter(query, 'limit', 1) ?? DEFAULT_LIMIT;
  const spansPerSet = integerParameter(query, 'spss') ?? DEFAULT_SPANS;
  const found = await store.foundSets({ query: traceqlOf(query), ...range, limit, spansPerSet }, signal);
  // Tempo says so while a search goes on.
  const metrics = { totalJobs: 1, completedJobs: found.complete ? 1 : 0 };
  return json({ traces: found.traces.map(tempoTrace), metrics });
}

function traceqlOf(query: URLSearchParams): string {
  const traceql = textParameter(query, 'q');
  const tags = textParameter(query, 'tags');
  if (traceql !== null && tags !== null) {
    throw invalid("invalid request: can't specify tags and q in the same query");
  }
  if (traceql !== null) return traceql;
  const least = durationParameter(query, 'minDuration');
  const most = durationParameter(query, 'maxDuration');
  if (least !== null && most !== null && least > most) {
    throw invalid('invalid maxDuration: must be greater than minDuration');
  }
  return tagSearch(tags ?? '', least, most);
}

function tempoTrace(trace: FoundTrace): object {
  const sets = trace.sets.map(tempoSet);
  return {
    traceID: trace.traceId,
    rootServiceName: trace.rootService,
    rootTraceName: trace.rootName,
    startTimeUnixNano: trace.startNs,
    durationMs: Number((BigInt(trace.endNs) - BigInt(trace.startNs)) / NS_PER_MS),
    // The name that it had when there was one.
    ...(sets.length > 0 ? { spanSet: sets[0] } : {}),
    spanSets: sets,
    serviceStats: Object.fromEntries(
      trace.services.map(({ name, spanCount, errorCount }) => [name, { spanCount, errorCount }]),
    ),
  };
}

function tempoSet({ matched, by, spans }: FoundSet): object {
  return {
    spans: spans.map(({ spanId, name, startNs, durationNs, values }) => ({
      spanID: spanId,
      name,
      startTimeUnixNano: startNs,
      // Tempo has no word for a duration that is not known.
      durationNanos: durationNs ?? '0',
      attributes: values.filter((value) => !SAID.has(value.name)).map(keyValue),
    })),
    matched,
    attributes: by.map(keyValue),
  };
}

function keyValue({ name, literals }: FoundSet['by'][number]): object {
  return { key: name, value: anyValueOf(literals) };
}
