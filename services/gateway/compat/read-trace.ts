/** Whole traces, as they were sent, within what one answer holds. */
import { SpoorError } from '../../../core/model/errors';
import { type SentSpan, spansOfRequest } from '../../../core/otlp/read-trace-request';
import type { CompatSource } from './protocol';

/** Of one answer. */
const MAX_SPANS = 50_000;
const MAX_BYTES = 24 * 1024 * 1024;

export interface ReadTrace {
  readonly traceId: string;
  /** Of OTLP. */
  readonly request: Uint8Array;
  /** Why it is not all of the trace; null: it is. */
  readonly partial: string | null;
}

/** Null: there is no such trace. @param traceId 32 hex digits */
export async function readTrace(
  { store }: CompatSource,
  traceId: string,
  mostSpans = MAX_SPANS,
  mostBytes = MAX_BYTES,
): Promise<ReadTrace | null> {
  try {
    const { request, spans, spanCount } = await store.storedTrace(traceId, mostSpans, mostBytes);
    const partial =
      spans < spanCount ? `The trace has ${spanCount} spans, and this answer has the first ${spans} of them.` : null;
    return { traceId, request, partial };
  } catch (error) {
    if (error instanceof SpoorError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

export interface ReadTraces {
  readonly traces: readonly (ReadTrace & { readonly spans: readonly SentSpan[] })[];
  /** Traces for which the answer had no room left. */
  readonly leftOut: number;
}

/** In the order of the ids, as many as one answer holds. */
export async function readTraces(
  source: CompatSource,
  traceIds: readonly string[],
  signal: AbortSignal,
): Promise<ReadTraces> {
  const traces: ReadTraces['traces'][number][] = [];
  let spans = 0;
  let bytes = 0;
  for (const [i, traceId] of traceIds.entries()) {
    signal.throwIfAborted();
    if (spans >= MAX_SPANS || bytes >= MAX_BYTES) return { traces, leftOut: traceIds.length - i };
    const trace = await readTrace(source, traceId, MAX_SPANS - spans, MAX_BYTES - bytes);
    if (!trace) continue;
    const read = spansOfRequest(trace.request);
    spans += read.length;
    bytes += trace.request.length;
    traces.push({ ...trace, spans: read });
  }
  return { traces, leftOut: 0 };
}

/** 1 to 32 hex digits in either case, padded; null: it is no id of a trace. */
export function paddedTraceId(text: string): string | null {
  return /^[0-9a-fA-F]{1,32}$/.test(text) ? text.toLowerCase().padStart(32, '0') : null;
}
