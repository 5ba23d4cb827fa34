/** Traces in the first version of Jaeger's API. */
import { jaegerTrace } from '../../../../core/formats/jaeger/write-trace';
import { SpoorError } from '../../../../core/model/errors';
import { spansOfRequest } from '../../../../core/otlp/read-trace-request';
import { cut, durationParameter, epochParameter, integerParameter, invalid, textParameter } from '../parameters';
import type { Answered, Asked, CompatSource } from '../protocol';
import { json } from '../protocol';
import { paddedTraceId, type ReadTrace, readTrace, readTraces } from '../read-trace';
import { findTraceql, tagsOfJson, tagsOfPairs } from './find-query';
import { type StructuredError, structured } from './names';

const NS_PER_US = 1_000n;
const NS_PER_MS = 1_000_000n;
const DEFAULT_LIMIT = 100;
const PARTIAL = 206;
const NOT_FOUND = 404;

export async function getTrace(source: CompatSource, asked: Asked): Promise<Answered> {
  const traceId = traceIdOf(asked.param('traceId'));
  const trace = await readTrace(source, traceId);
  if (!trace) throw new SpoorError('NOT_FOUND', 'trace not found');
  const { request, partial } = trace;
  const written = jaegerTrace(traceId, spansOfRequest(request), partial === null ? [] : [partial]);
  return json(structured([written], partialErrors([trace], 0)));
}

/** Null: as Jaeger has it, the whole of what is asked is refused. @throws SpoorError VALIDATION_ERROR */
export function traceIdOf(text: string): string {
  const traceId = paddedTraceId(text);
  if (traceId === null) throw invalid(`malformed trace id "${cut(text)}": it is up to 32 hex digits`);
  return traceId;
}

/** By what the form says, or by their ids. */
export async function findTraces(source: CompatSource, asked: Asked): Promise<Answered> {
  const { query, signal } = asked;
  const ids = query.getAll('traceID').map(traceIdOf);
  const found = ids.length > 0 ? { ids, errors: [] } : await foundIds(source, asked);
  const { traces, leftOut } = await readTraces(source, found.ids, signal);
  const written = traces.map(({ traceId, spans, partial }) =>
    jaegerTrace(traceId, spans, partial === null ? [] : [partial]),
  );
  const known = new Set(traces.map(({ traceId }) => traceId));
  const missing = leftOut === 0 ? ids.filter((id) => !known.has(id)) : [];
  const errors = [
    ...found.errors,
    ...missing.map((traceID) => ({ code: NOT_FOUND, msg: 'trace not found', traceID })),
    ...partialErrors(traces, leftOut),
  ];
  return json(structured(written, errors));
}

async function foundIds(
  { store }: CompatSource,
  { query, nowMs, signal }: Asked,
): Promise<{ ids: readonly string[]; errors: readonly StructuredError[] }> {
  const least = durationParameter(query, 'minDuration');
  const most = durationParameter(query, 'maxDuration');
  if (least !== null && most !== null && most < least)
    throw invalid("'maxDuration' should be greater than 'minDuration'");
  const traceql = findTraceql({
    service: textParameter(query, 'service'),
    operation: textParameter(query, 'operation'),
    tags: new Map([...tagsOfPairs(query.getAll('tag')), ...tagsOfJson(textParameter(query, 'tags'), 'tags')]),
    least,
    most,
  });
  const to = epochParameter(query, 'end', NS_PER_US) ?? BigInt(nowMs) * NS_PER_MS;
  const from = epochParameter(query, 'start', NS_PER_US) ?? 0n;
  const limit = integerParameter(query, 'limit', 1) ?? DEFAULT_LIMIT;
  const found = await store.foundSets(
    { query: traceql, from: String(from), to: String(to), limit, spansPerSet: 1 },
    signal,
  );
  return {
    ids: found.traces.map(({ traceId }) => traceId),
    errors: found.complete ? [] : [{ code: PARTIAL, msg: 'Spoor did not look through all of the range.' }],
  };
}

function partialErrors(traces: readonly ReadTrace[], leftOut: number): StructuredError[] {
  return [
    ...traces.flatMap(({ traceId, partial }) =>
      partial === null ? [] : [{ code: PARTIAL, msg: partial, traceID: traceId }],
    ),
    ...(leftOut === 0
      ? []
      : [{ code: PARTIAL, msg: `${leftOut} more traces are too large for one answer; ask for fewer.` }]),
  ];
}
