/** Metrics. */
import { z } from 'zod';
import type { MetricCatalogueQuery, MetricSeriesQuery } from '../api/metrics';
import type { MetricListQuery, MetricPointQuery } from '../api/telemetry';
import { AGGREGATES } from '../metrics/aggregates';
import { read } from '../store/workspace/store-call';
import { named, SIGNAL, whole } from './input';
import { operation } from './operation';
import { cursor, limit, stepSeconds, text, waitMs } from './schemas';
import { metricResource, pageOf, pointResource } from './shown';

const METRIC_ID = named('metricId', z.coerce.number().int().min(1).max(0x7fff_ffff));

export const records = {
  listMetrics: operation({
    summary: 'Metrics by name',
    permission: 'telemetry:read',
    input: [whole(z.object({ query: text, limit, cursor }))],
    rest: { method: 'get', path: '/v1/metrics', shown: pageOf(metricResource) },
    run: read(({ metrics }, query: MetricListQuery) => metrics.list(query)),
  }),
  listMetricPoints: operation({
    summary: 'Points of all series of a metric, newest first',
    permission: 'telemetry:read',
    input: [METRIC_ID, whole(z.object({ from: text, to: text, limit, cursor }))],
    rest: { method: 'get', path: '/v1/metrics/{metricId}/points', refusals: [404], shown: pageOf(pointResource) },
    run: read(({ metrics }, metricId: number, query: MetricPointQuery) => metrics.points(metricId, query)),
  }),
  metricCatalogue: operation({
    summary: 'Metrics by name, with their attributes, newest value and a sparkline',
    permission: 'telemetry:read',
    input: [whole(z.object({ query: text, from: text, to: text, limit, cursor, waitMs })), SIGNAL],
    rest: { method: 'get', path: '/v1/metrics/catalogue', id: 'listMetricCatalogue' },
    run: read(({ metricCatalogue }, query: MetricCatalogueQuery, signal?: AbortSignal) =>
      metricCatalogue.list(query, signal),
    ),
  }),
  /** @throws NOT_FOUND, VALIDATION_ERROR */
  metricSeries: operation({
    summary: 'A metric over time: an aggregate of its series, in groups',
    permission: 'telemetry:read',
    input: [
      METRIC_ID,
      whole(
        z.object({
          from: text,
          to: text,
          stepSeconds,
          aggregate: z.enum(AGGREGATES).optional(),
          groupBy: text,
          filter: text,
          limit,
        }),
      ),
    ],
    rest: {
      method: 'get',
      path: '/v1/metrics/{metricId}/series',
      id: 'getMetricSeries',
      renames: { stepSeconds: 'step' },
      refusals: [404],
    },
    run: read(({ metricSeries }, metricId: number, query: MetricSeriesQuery) => metricSeries.read(metricId, query)),
  }),
};
