/** Services, what they do, and who calls whom. */
import { z } from 'zod';
import type { PageQuery } from '../api/page';
import type { OperationListQuery, RedQuery, ServiceEdgeQuery } from '../api/service-metrics';
import { read } from '../store/workspace/store-call';
import { whole, wholeOrNothing } from './input';
import { operation } from './operation';
import { NARROWED, PAGE, stepSeconds, text } from './schemas';

export const services = {
  listServices: operation({
    summary: 'Services with their counts',
    permission: 'telemetry:read',
    input: [wholeOrNothing(PAGE)],
    rest: { method: 'get', path: '/v1/services' },
    run: read(({ reader }, query: PageQuery) => reader.listServices(query)),
  }),
  listServiceEdges: operation({
    summary: 'Who called whom, the most frequent first',
    permission: 'telemetry:read',
    input: [whole(NARROWED.extend(PAGE.shape))],
    rest: { method: 'get', path: '/v1/services/edges' },
    run: read(({ services }, query: ServiceEdgeQuery) => services.edges(query)),
  }),
  /** By name; of one service where that is given. */
  listOperations: operation({
    summary: 'Names and kinds of spans',
    permission: 'telemetry:read',
    input: [wholeOrNothing(PAGE.extend({ service: text }))],
    rest: { method: 'get', path: '/v1/operations' },
    run: read(({ reader }, query: OperationListQuery) => reader.listOperations(query)),
  }),
  /** Of services or operations. */
  redMetrics: operation({
    summary: 'Rate, errors and durations over time',
    permission: 'telemetry:read',
    input: [
      whole(NARROWED.extend({ groupBy: z.enum(['service', 'operation']).optional(), service: text, stepSeconds })),
    ],
    rest: { method: 'get', path: '/v1/metrics/red', id: 'getRedMetrics', renames: { stepSeconds: 'step' } },
    run: read(({ services }, query: RedQuery) => services.red(query)),
  }),
};
