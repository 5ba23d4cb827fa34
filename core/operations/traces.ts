/** Traces: the list of them, one of them, its spans. */
import { z } from 'zod';
import type { HistogramQuery } from '../api/contract';
import type { GroupQuery, QueryRequest } from '../api/search';
import { TRACE_SORTS, type TraceListQuery } from '../api/trace-list-query';
import { read, readInSteps } from '../store/workspace/store-call';
import { SIGNAL, SPAN_ID, TRACE_ID, whole } from './input';
import { operation, own, resource, through } from './operation';
import { cursor, DEPLOYMENT, limit, query, text, waitMs } from './schemas';
import { groupPage, spanResource } from './shown';

const MAX_BUCKETS = 500;
const TRACE = '/v1/traces/{traceId}';

const LIST = z.object({
  query,
  from: text,
  to: text,
  sort: z.enum(TRACE_SORTS, { message: `is one of ${TRACE_SORTS.join(', ')}` }).optional(),
  limit,
  cursor,
  waitMs,
  ...DEPLOYMENT,
});
const QUERY = LIST.extend({
  query: z.string().min(1).max(10_000),
  stepNs: z.coerce.number().int().min(1).optional(),
});
const HISTOGRAM = z.object({
  query,
  from: text,
  to: text,
  waitMs,
  ...DEPLOYMENT,
  buckets: z.coerce.number().int().min(1).max(MAX_BUCKETS).optional(),
});
const GROUPS = z.object({ query, by: z.string().min(1).max(2_000), from: text, to: text, waitMs, ...DEPLOYMENT });

export const traces = {
  /** A page of a search; not full when time was up first. */
  listTraces: operation({
    summary: 'Traces that match a search',
    permission: 'telemetry:read',
    input: [whole(LIST), SIGNAL],
    rest: own({ method: 'get', path: '/v1/traces' }),
    run: readInSteps(({ list }, search: TraceListQuery, signal?: AbortSignal) => list.page(search, signal)),
  }),
  query: operation({
    summary: 'TraceQL as it stands: a search, or a metric',
    permission: 'telemetry:read',
    input: [whole(QUERY), SIGNAL],
    rest: own({ method: 'post', path: '/v1/query' }),
    run: readInSteps(({ queries }, request: QueryRequest, signal?: AbortSignal) => queries.run(request, signal)),
  }),
  /** How many, how many failed, how long they took. */
  groups: operation({
    summary: 'Matching spans by a field',
    permission: 'telemetry:read',
    input: [whole(GROUPS), SIGNAL],
    rest: { method: 'get', path: '/v1/groups', id: 'listGroups', shown: groupPage },
    run: read(({ queries }, by: GroupQuery, signal?: AbortSignal) => queries.groups(by, signal)),
  }),
  histogram: operation({
    summary: 'What matches, over time',
    permission: 'telemetry:read',
    input: [whole(HISTOGRAM), SIGNAL],
    rest: { method: 'get', path: '/v1/histogram', id: 'getHistogram' },
    run: read(({ histogram }, search: HistogramQuery, signal?: AbortSignal) => histogram.count(search, signal)),
  }),
  heatmap: operation({
    summary: 'What matches, by time and duration',
    permission: 'telemetry:read',
    input: [whole(HISTOGRAM), SIGNAL],
    rest: { method: 'get', path: '/v1/heatmap', id: 'getHeatmap' },
    run: read(({ histogram }, search: HistogramQuery, signal?: AbortSignal) => histogram.heatmap(search, signal)),
  }),
  /** @throws NOT_FOUND */
  traceSummary: operation({
    summary: 'What a list says of a trace',
    permission: 'telemetry:read',
    input: [TRACE_ID],
    rest: null,
    run: read(({ reader }, traceId: string) => reader.summary(traceId)),
  }),
  /** @throws NOT_FOUND */
  getSpan: operation({
    summary: 'Everything known of one span',
    permission: 'telemetry:read',
    input: [TRACE_ID, SPAN_ID],
    rest: { method: 'get', path: `${TRACE}/spans/{spanId}`, refusals: [404], shown: spanResource },
    run: read(({ span }, traceId: string, spanId: string) => span(traceId, spanId)),
  }),
  /** @throws NOT_FOUND */
  deleteTrace: operation({
    summary: 'Takes a trace out of the lists; its spans stay until it is pruned',
    permission: 'telemetry:delete',
    input: [TRACE_ID],
    rest: { method: 'delete', path: TRACE, status: 204, refusals: [404] },
    run: through(async ({ store, timeline }, traceId: string) => {
      await store.deleteTrace(traceId);
      await timeline.closeTimeline(traceId);
    }),
  }),
  /** @throws NOT_FOUND when it is not among the deleted */
  restoreTrace: operation({
    summary: 'Brings a deleted trace back',
    permission: 'telemetry:delete',
    input: [TRACE_ID],
    rest: own({ method: 'post', path: `${TRACE}/actions/restore`, refusals: [404] }),
    run: through(({ store }, traceId: string) => store.restoreTrace(traceId)),
  }),
};

export const traceResources = {
  followTraces: resource<TraceListQuery>({
    summary: 'Server-sent events: `trace` for each new trace that matches, `update` when more of its spans came',
    permission: 'telemetry:read',
    rest: own({
      method: 'get',
      path: '/v1/live',
      query: LIST.pick({ query: true, environment: true, version: true, team: true }),
      contentType: 'text/event-stream',
    }),
  }),
};
