/** The third version of Jaeger's API, which its pages search with. Times are RFC 3339; 64-bit integers are texts. */
import type { FoundTraces } from '../../../../core/api/found-sets';
import { SpoorError } from '../../../../core/model/errors';
import { nsFromText } from '../../../../core/model/time';
import { spansOfRequest } from '../../../../core/otlp/read-trace-request';
import { resourceSpansOf } from '../otlp-json';
import { cut, durationParameter, integerParameter, invalid, textParameter } from '../parameters';
import type { Answered, Asked, CompatSource } from '../protocol';
import { json } from '../protocol';
import { readTrace, readTraces } from '../read-trace';
import { findTraceql, tagsOfJson } from './find-query';
import { cutText, operationsOf, WHOLE_LIST } from './names';
import { traceIdOf } from './traces';

const DEFAULT_DEPTH = 100;

export async function servicesV3({ api }: CompatSource): Promise<Answered> {
  const { data, total } = await api.listServices({ limit: WHOLE_LIST });
  return json({ services: data.map(({ name }) => name) }, 200, cutText(data.length, total, 'services'));
}

export async function operationsV3(source: CompatSource, { query }: Asked): Promise<Answered> {
  const kind = textParameter(query, 'spanKind') ?? textParameter(query, 'span_kind');
  const { data, total } = await operationsOf(source, textParameter(query, 'service'), kind);
  return json({ operations: data }, 200, cutText(data.length, total, 'operations'));
}

export async function summaries(source: CompatSource, asked: Asked): Promise<Answered> {
  const found = await find(source, asked);
  const ids = found.traces.map(({ traceId }) => traceId);
  const orphans = ids.length > 0 ? await source.store.orphans(ids) : {};
  const warning = found.complete ? undefined : 'Spoor did not look through all of the range.';
  const body = {
    summaries: found.traces.map((trace) => ({
      traceId: trace.traceId,
      rootServiceName: trace.rootService,
      rootOperationName: trace.rootName,
      minStartTimeUnixNano: trace.startNs,
      maxEndTimeUnixNano: trace.endNs,
      spanCount: trace.spanCount,
      errorSpanCount: trace.errorCount,
      orphanSpanCount: orphans[trace.traceId] ?? 0,
      services: trace.services.map(({ name, spanCount, errorCount }) => ({
        name,
        spanCount,
        errorSpanCount: errorCount,
      })),
    })),
  };
  return json(body, 200, warning);
}

export async function findTracesV3(source: CompatSource, asked: Asked): Promise<Answered> {
  const found = await find(source, asked);
  const ids = found.traces.map(({ traceId }) => traceId);
  const { traces, leftOut } = await readTraces(source, ids, asked.signal);
  if (traces.length === 0) throw new SpoorError('NOT_FOUND', 'No traces found');
  const isPartial = leftOut > 0 || !found.complete || traces.some(({ partial }) => partial !== null);
  const resourceSpans = resourceSpansOf(
    traces.flatMap(({ spans }) => spans),
    'hex',
  );
  return json(
    { result: { resourceSpans } },
    200,
    isPartial ? 'Some spans of the traces found are left out.' : undefined,
  );
}

export async function getTraceV3(source: CompatSource, asked: Asked): Promise<Answered> {
  for (const name of ['startTime', 'start_time', 'endTime', 'end_time']) moment(asked.query, name);
  const trace = await readTrace(source, traceIdOf(asked.param('traceId')));
  if (!trace) throw new SpoorError('NOT_FOUND', 'trace not found');
  const result = { resourceSpans: resourceSpansOf(spansOfRequest(trace.request), 'hex') };
  return json({ result }, 200, trace.partial ?? undefined);
}

function find({ store }: CompatSource, { query, signal }: Asked): Promise<FoundTraces> {
  if (textParameter(query, 'query.filter') !== null) {
    throw invalid('query.filter is not supported here; use query.attributes');
  }
  const either = (name: string, old: string): string => (textParameter(query, name) === null ? old : name);
  const [minName, maxName] = [
    either('query.startTimeMin', 'query.start_time_min'),
    either('query.startTimeMax', 'query.start_time_max'),
  ];
  const from = moment(query, minName);
  const to = moment(query, maxName);
  if (from === null || to === null) throw invalid('query.startTimeMin and query.startTimeMax are required');
  if (from >= to) throw invalid('query.startTimeMin must be before query.startTimeMax');
  const traceql = findTraceql({
    service: textParameter(query, either('query.serviceName', 'query.service_name')),
    operation: textParameter(query, either('query.operationName', 'query.operation_name')),
    tags: tagsOfJson(textParameter(query, 'query.attributes'), 'query.attributes'),
    least: durationParameter(query, either('query.durationMin', 'query.duration_min')),
    most: durationParameter(query, either('query.durationMax', 'query.duration_max')),
  });
  const depthName = either('query.searchDepth', either('query.search_depth', 'query.num_traces'));
  const limit = integerParameter(query, depthName, 1) ?? DEFAULT_DEPTH;
  return store.foundSets({ query: traceql, from: String(from), to: String(to), limit, spansPerSet: 1 }, signal);
}

function moment(query: URLSearchParams, name: string): bigint | null {
  const text = textParameter(query, name);
  if (text === null) return null;
  const ns = /^\d{4}-/.test(text) ? nsFromText(text) : null;
  if (ns === null) throw invalid(`malformed parameter ${name}: "${cut(text)}" is not a time of RFC 3339`);
  return ns;
}
