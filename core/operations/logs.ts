/** Log records: the list of them, counts, what they have in common, one of them. */
import { z } from 'zod';
import type { LogFacetQuery, LogHistogramQuery, LogListQuery, LogPatternQuery, LogsAroundQuery } from '../api/logs';
import { read } from '../store/workspace/store-call';
import { named, SIGNAL, whole } from './input';
import { operation } from './operation';
import { cursor, limit, query, text, waitMs } from './schemas';
import { logPage, logResource, logsAroundPage } from './shown';

const MAX_BUCKETS = 500;
const MOST_AROUND = 100;
const SEARCH = z.object({ query, from: text, to: text, waitMs });
const LOG_ID = named('logId', z.coerce.string());
const around = z.coerce.number().int().min(0).max(MOST_AROUND).optional();

export const logs = {
  /** A page of a search; not full when time was up first. */
  listLogs: operation({
    summary: 'Log records that match a search, newest first',
    permission: 'telemetry:read',
    input: [whole(SEARCH.extend({ traceId: text, limit, cursor })), SIGNAL],
    rest: { method: 'get', path: '/v1/logs', shown: logPage },
    run: read(({ logs }, query: LogListQuery, signal?: AbortSignal) => logs.list(query, signal)),
  }),
  logHistogram: operation({
    summary: 'Log records that match, over time by level',
    permission: 'telemetry:read',
    input: [whole(SEARCH.extend({ buckets: z.coerce.number().int().min(1).max(MAX_BUCKETS).optional() })), SIGNAL],
    rest: { method: 'get', path: '/v1/logs/histogram', id: 'getLogHistogram' },
    run: read(({ logCounts }, query: LogHistogramQuery, signal?: AbortSignal) => logCounts.histogram(query, signal)),
  }),
  logFacets: operation({
    summary: 'How often values of fields occur among the log records that match',
    permission: 'telemetry:read',
    input: [whole(SEARCH.extend({ fields: text, limit })), SIGNAL],
    rest: { method: 'get', path: '/v1/logs/facets', id: 'listLogFacets' },
    run: read(({ logCounts }, query: LogFacetQuery, signal?: AbortSignal) => logCounts.facets(query, signal)),
  }),
  logPatterns: operation({
    summary: 'Templates of the newest log records that match, the most frequent first',
    permission: 'telemetry:read',
    input: [whole(SEARCH.extend({ limit })), SIGNAL],
    rest: { method: 'get', path: '/v1/logs/patterns', id: 'listLogPatterns' },
    run: read(({ logPatterns }, query: LogPatternQuery, signal?: AbortSignal) => logPatterns.patterns(query, signal)),
  }),
  /** @throws NOT_FOUND */
  getLog: operation({
    summary: 'Everything known of one log record',
    permission: 'telemetry:read',
    input: [LOG_ID],
    rest: { method: 'get', path: '/v1/logs/{logId}', refusals: [404], shown: logResource },
    run: read(({ logs }, logId: string) => logs.get(logId)),
  }),
  /** @throws NOT_FOUND */
  logsAround: operation({
    summary: 'Log records just before and after one, newest first',
    permission: 'telemetry:read',
    input: [
      LOG_ID,
      whole(z.object({ before: around, after: around, service: z.enum(['same', 'all']).optional() })),
      SIGNAL,
    ],
    rest: {
      method: 'get',
      path: '/v1/logs/{logId}/around',
      id: 'listLogsAround',
      refusals: [404],
      shown: logsAroundPage,
    },
    run: read(({ logs }, logId: string, query: LogsAroundQuery, signal?: AbortSignal) =>
      logs.around(logId, query, signal),
    ),
  }),
};
