/** The HTTP API under /v1 (interfaces.md): the contract as resources, with a bearer token. */
import { randomUUID, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { OtlpReceiver, SpanDetail, SpoorApi } from '../../core/api/contract';
import { ERROR_STATUS, errorValueOf, SpoorError } from '../../core/api/errors';
import type { SavedView } from '../../core/api/saved-view';
import type { GroupQuery, QueryRequest } from '../../core/api/search';
import type { LogRecord, MetricPoint } from '../../core/api/telemetry';
import { spanIdFromInt8 } from '../../core/model/ids';
import { statusCodeName } from '../../core/model/span-kind';
import { rfc3339FromNs } from '../../core/model/time';
import { plainAttributes, plainValue } from '../../core/otlp/json-types';
import type { LoadedColumns } from '../../core/timeline/load-trace';
import type { Log } from '../rpc/worker-port';
import { liveTraces } from './live-traces';
import { wholePage, wholeResult } from './whole-page';

export interface RestSource extends SpoorApi {
  wholeTrace(traceId: string): Promise<LoadedColumns>;
}

export function restApi(api: RestSource, token: string, log: Log): Hono {
  const app = new Hono();

  app.use('/v1/*', async (context, next) => {
    const [scheme, given] = (context.req.header('authorization') ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !given || !tokensEqual(given, token)) {
      throw new SpoorError('UNAUTHORIZED', 'Send Authorization: Bearer TOKEN; the token is printed at start.');
    }
    await next();
    context.header('cache-control', 'no-store');
  });

  app.get('/v1/status', async (context) => {
    const status = await api.status();
    const portOf = (receiver: OtlpReceiver) => (receiver.state === 'listening' ? receiver.port : null);
    return context.json({ ...status, ports: { otlpHttp: portOf(status.otlpHttp), otlpGrpc: portOf(status.otlpGrpc) } });
  });
  app.get('/v1/traces', async (context) => {
    return context.json(await wholePage(api, context.req.query(), context.req.raw.signal));
  });
  app.post('/v1/query', async (context) => {
    const request = await jsonBody<QueryRequest>(context.req);
    return context.json(await wholeResult(api, request, context.req.raw.signal));
  });
  app.get('/v1/groups', async (context) => {
    const query = context.req.query() as unknown as GroupQuery; // the gateway checks it
    const { groups, complete } = await api.groups(query);
    return context.json({ data: groups, complete, pagination: { nextCursor: null, hasMore: false } });
  });
  app.get('/v1/live', async (context) => {
    const { signal } = context.req.raw;
    const events = liveTraces(api, context.req.query('query'), signal);
    // What is wrong with the query is an answer of its own, before the stream begins.
    await api.listTraces({ query: context.req.query('query'), limit: 1, waitMs: 0 });
    return streamSSE(context, async (stream) => {
      stream.onAbort(() => void events.return(undefined));
      await stream.write(': waiting for traces\n\n');
      for await (const live of events) {
        if (live === null) await stream.write(': nothing new\n\n');
        else await stream.writeSSE({ event: live.event, id: live.trace.traceId, data: JSON.stringify(live.trace) });
      }
    });
  });
  app.get('/v1/heatmap', async (context) => context.json(await api.heatmap(context.req.query())));
  app.get('/v1/histogram', async (context) => context.json(await api.histogram(context.req.query())));
  app.get('/v1/traces/:traceId', async (context) => {
    return context.json(traceResource(await api.wholeTrace(context.req.param('traceId'))));
  });
  app.get('/v1/traces/:traceId/spans/:spanId', async (context) => {
    const { traceId, spanId } = context.req.param();
    return context.json(spanResource(await api.getSpan(traceId, spanId)));
  });
  app.delete('/v1/traces/:traceId', async (context) => {
    await api.deleteTrace(context.req.param('traceId'));
    return context.body(null, 204);
  });
  app.post('/v1/traces/:traceId/actions/restore', async (context) => {
    const traceId = context.req.param('traceId');
    await api.restoreTrace(traceId);
    return context.json(await api.traceSummary(traceId));
  });
  app.get('/v1/traces/:traceId/annotations', async (context) => {
    const data = await api.listAnnotations(context.req.param('traceId'));
    return context.json({ data, pagination: { nextCursor: null, hasMore: false } });
  });
  app.put('/v1/traces/:traceId/spans/:spanId/annotation', async (context) => {
    const { traceId, spanId } = context.req.param();
    await api.annotateSpan(traceId, spanId, await jsonBody(context.req));
    return context.body(null, 204);
  });
  app.get('/v1/saved-views', async (context) => {
    return context.json({ data: await api.listSavedViews(), pagination: { nextCursor: null, hasMore: false } });
  });
  app.post('/v1/saved-views', async (context) => {
    return context.json(await api.createSavedView(await jsonBody(context.req)), 201);
  });
  app.put('/v1/saved-views/:id', async (context) => {
    const body = await jsonBody<SavedView>(context.req);
    return context.json(await api.updateSavedView(context.req.param('id'), body?.version, body));
  });
  app.delete('/v1/saved-views/:id', async (context) => {
    await api.deleteSavedView(context.req.param('id'));
    return context.body(null, 204);
  });
  app.get('/v1/services', async (context) => {
    return context.json({ data: await api.listServices(), pagination: { nextCursor: null, hasMore: false } });
  });
  app.get('/v1/services/edges', async (context) => {
    const data = await api.listServiceEdges(context.req.query());
    return context.json({ data, pagination: { nextCursor: null, hasMore: false } });
  });
  app.get('/v1/metrics/red', async (context) => {
    const { step, ...query } = context.req.query();
    return context.json(await api.redMetrics({ ...query, ...(step && { stepSeconds: step as unknown as number }) }));
  });
  app.post('/v1/rebuild', async (context) => context.json(await api.rebuild(), 202));
  app.get('/v1/rebuild', async (context) => context.json(await api.rebuildReport()));
  app.get('/v1/operations', async (context) => {
    const data = await api.listOperations(context.req.query('service') ?? null);
    return context.json({ data, pagination: { nextCursor: null, hasMore: false } });
  });
  app.get('/v1/attributes', async (context) => {
    const data = await api.listAttributes(context.req.query());
    return context.json({ data, pagination: { nextCursor: null, hasMore: false } });
  });
  app.get('/v1/attributes/:key/values', async (context) => {
    const data = await api.listAttributeValues(context.req.param('key'), context.req.query());
    return context.json({ data, pagination: { nextCursor: null, hasMore: false } });
  });
  app.get('/v1/logs', async (context) => {
    const { data, pagination } = await api.listLogs(context.req.query());
    return context.json({ data: data.map(logResource), pagination });
  });
  app.get('/v1/metrics', async (context) => {
    const { data, pagination } = await api.listMetrics(context.req.query());
    const resources = data.map((metric) => ({ ...metric, metadata: plainAttributes(metric.metadata) }));
    return context.json({ data: resources, pagination });
  });
  app.get('/v1/metrics/:metricId/points', async (context) => {
    const metricId = context.req.param('metricId') as unknown as number; // the gateway checks it
    const { data, pagination } = await api.listMetricPoints(metricId, context.req.query());
    return context.json({ data: data.map(pointResource), pagination });
  });

  app.all('/v1/*', (context) => {
    throw new SpoorError('NOT_FOUND', `There is nothing at ${context.req.method} ${context.req.path}.`);
  });

  app.onError((error, context) => {
    const { code, message, details } = errorValueOf(error);
    const requestId = randomUUID();
    if (code === 'INTERNAL_ERROR') log('error', 'request failed', { requestId, path: context.req.path, message });
    if (code === 'UNAUTHORIZED') context.header('www-authenticate', 'Bearer');
    return context.json({ error: { code, message, details, requestId } }, ERROR_STATUS[code]);
  });
  return app;
}

/** @throws SpoorError VALIDATION_ERROR for what is no JSON; what it holds is checked by the gateway. */
async function jsonBody<T>(request: { json(): Promise<unknown> }): Promise<T> {
  try {
    return (await request.json()) as T;
  } catch {
    throw new SpoorError('VALIDATION_ERROR', 'The body is not JSON.');
  }
}

export function tokensEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The summary and every span without payload, in start order. */
function traceResource({ summary, columns }: LoadedColumns): object {
  const originNs = BigInt(columns.originNs);
  const order = Uint32Array.from({ length: columns.length }, (_, i) => i).sort(
    (a, b) => (columns.startNs[a] as number) - (columns.startNs[b] as number) || a - b,
  );
  const spans = Array.from(order, (i) => {
    const parent = columns.parentSpanId[i] as bigint;
    const operation = columns.operations[columns.operation[i] as number];
    return {
      spanId: spanIdFromInt8(columns.spanId[i] as bigint),
      parentSpanId: parent === 0n ? null : spanIdFromInt8(parent),
      name: operation?.name,
      service: operation?.service,
      kind: operation?.kind,
      startTime: rfc3339FromNs(originNs + BigInt(columns.startNs[i] as number)),
      durationNs: columns.durationNs[i],
      status: statusCodeName(columns.status[i] as number),
    };
  });
  return { ...summary, spans };
}

/** Attributes as maps, which is what scripts want; `raw` keeps every type. */
function flat<T extends { readonly attributes: SpanDetail['attributes'] }>(item: T) {
  return { ...item, attributes: plainAttributes(item.attributes) };
}

function logResource(record: LogRecord): object {
  const { body, resource, scope, timeUnixNano, observedTimeUnixNano, ...rest } = record;
  const { severityNumber, severityText, eventName, attributes, droppedAttributesCount, flags } = record;
  const raw = {
    timeUnixNano,
    observedTimeUnixNano,
    severityNumber,
    severityText,
    ...(eventName === '' ? {} : { eventName }),
    body,
    attributes,
    droppedAttributesCount,
    flags,
    traceId: record.traceId ?? '',
    spanId: record.spanId ?? '',
  };
  return { ...flat(rest), body: plainValue(body), resource: flat(resource), scope: flat(scope), raw };
}

function pointResource({ resource, scope, fields, value, ...point }: MetricPoint): object {
  const { timeUnixNano, startTimeUnixNano, attributes, ...rest } = point;
  const raw = { attributes, startTimeUnixNano, timeUnixNano, ...value, ...fields };
  return {
    ...rest,
    attributes: plainAttributes(attributes),
    value: value && plainNumber(value),
    resource: flat(resource),
    scope: flat(scope),
    raw,
  };
}

/** A number where it is exact, else text. */
function plainNumber(value: NonNullable<MetricPoint['value']>): number | string {
  if ('asDouble' in value) return value.asDouble;
  return Number.isSafeInteger(Number(value.asInt)) ? Number(value.asInt) : value.asInt;
}

function spanResource(span: SpanDetail): object {
  return {
    ...flat(span),
    events: span.events.map(flat),
    links: span.links.map(flat),
    resource: flat(span.resource),
    scope: flat(span.scope),
    raw: JSON.parse(span.raw) as unknown,
  };
}
