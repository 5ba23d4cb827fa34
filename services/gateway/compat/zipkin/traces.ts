/** Traces in Zipkin's form: an array of spans each. */
import { zipkinSpan } from '../../../../core/formats/zipkin/write-trace';
import { SpoorError } from '../../../../core/model/errors';
import { spansOfRequest } from '../../../../core/otlp/read-trace-request';
import { cut, epochParameter, integerParameter, invalid, textParameter } from '../parameters';
import type { Answered, Asked, CompatSource } from '../protocol';
import { json } from '../protocol';
import { paddedTraceId, type ReadTraces, readTrace, readTraces } from '../read-trace';
import { readAnnotationQuery } from './annotation-query';
import { DAY_MS, servicesNamed } from './names';
import { zipkinTraceql } from './search-text';

const NS_PER_US = 1_000n;
const NS_PER_MS = 1_000_000n;
const DEFAULT_LIMIT = 10;
const MAX_IDS = 1_000;

export async function getTrace(source: CompatSource, { param }: Asked): Promise<Answered> {
  const traceId = traceIdOf(param('traceId').trim());
  const trace = await readTrace(source, traceId);
  if (!trace) throw new SpoorError('NOT_FOUND', `${traceId.replace(/^0{16}/, '')} not found`);
  return json(spansOfRequest(trace.request).map(zipkinSpan), 200, trace.partial ?? undefined);
}

export async function getTraces(source: CompatSource, { query, signal }: Asked): Promise<Answered> {
  const text = textParameter(query, 'traceIds');
  if (text === null) throw invalid('traceIds parameter is empty');
  const ids = new Set<string>();
  for (const one of text.split(',')) {
    const traceId = traceIdOf(one.trim());
    if (ids.has(traceId)) throw invalid(`redundant traceId: ${cut(one)}`);
    ids.add(traceId);
  }
  if (ids.size === 1) throw invalid('Use /api/v2/trace/{traceId} endpoint to retrieve a single trace');
  if (ids.size > MAX_IDS) throw invalid(`more than ${MAX_IDS} traceIds`);
  return written(await readTraces(source, [...ids], signal), true);
}

export async function findTraces(source: CompatSource, { query, nowMs, signal }: Asked): Promise<Answered> {
  const limit = integerParameter(query, 'limit', 1) ?? DEFAULT_LIMIT;
  const least = integerParameter(query, 'minDuration', 1);
  const most = integerParameter(query, 'maxDuration', 1);
  if (most !== null && least === null) throw invalid('maxDuration is only valid with minDuration');
  if (most !== null && least !== null && most < least) throw invalid('maxDuration < minDuration');
  const to = epochParameter(query, 'endTs', NS_PER_MS) ?? BigInt(nowMs) * NS_PER_MS;
  const lookback = epochParameter(query, 'lookback', NS_PER_MS) ?? BigInt(DAY_MS) * NS_PER_MS;
  if (to === 0n) throw invalid('endTs <= 0');
  if (lookback === 0n) throw invalid('lookback <= 0');
  const service = textParameter(query, 'serviceName');
  const found = await source.store.foundSets(
    {
      query: zipkinTraceql({
        services: service === null ? [] : await servicesNamed(source, service),
        remoteService: textParameter(query, 'remoteServiceName'),
        spanName: textParameter(query, 'spanName'),
        annotations: readAnnotationQuery(query.get('annotationQuery') ?? ''),
        least: least === null ? null : BigInt(least) * NS_PER_US,
        most: most === null ? null : BigInt(most) * NS_PER_US,
      }),
      from: String(to > lookback ? to - lookback : 0n),
      // Of the last millisecond all.
      to: String(to + NS_PER_MS),
      limit,
      spansPerSet: 1,
    },
    signal,
  );
  const ids = found.traces.map(({ traceId }) => traceId);
  return written(await readTraces(source, ids, signal), found.complete);
}

function written({ traces, leftOut }: ReadTraces, isAll: boolean): Answered {
  const warnings = [
    ...traces.flatMap(({ traceId, partial }) => (partial === null ? [] : [`${traceId}: ${partial}`])),
    ...(leftOut > 0 ? [`${leftOut} more traces are too large for one answer; ask for fewer.`] : []),
    ...(isAll ? [] : ['Spoor did not look through all of the range.']),
  ];
  return json(
    traces.map(({ spans }) => spans.map(zipkinSpan)),
    200,
    warnings.length > 0 ? warnings.slice(0, 5).join(' ') : undefined,
  );
}

function traceIdOf(text: string): string {
  const traceId = paddedTraceId(text);
  if (traceId === null) throw invalid(`${cut(text)} should be a 1 to 32 character lower-hex string with no prefix`);
  if (/^0+$/.test(traceId)) throw invalid('traceId is all zeros');
  return traceId;
}
