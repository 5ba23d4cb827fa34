/** Counts and figures over spans, by TraceQL. */
import { z } from 'zod';
import type { MetricResult, MetricSeries } from '../../../../core/api/search';
import { SpoorError } from '../../../../core/model/errors';
import { formatDuration, plural } from '../../../../core/model/format';
import { traceqlOf } from '../../../../core/query/plain-search';
import { addFrom } from '../counted-list';
import { msOf, shortTime } from '../figures';
import { bounded, quoted } from '../quoted';
import { RANGE, rangeOf } from '../range';
import { tool } from '../tool';

const WAIT_MS = 10_000;

export const aggregate = tool({
  name: 'aggregate_spans',
  title: 'Aggregate spans',
  description:
    'Counts and figures over spans. With by: groups the spans that match query by one field such as span.http.route, with counts, errors, p50 and p95. Without: query is a TraceQL metric such as { status = error } | rate() by(resource.service.name) or { } | quantile_over_time(duration, .95) by(name), and each series is summed up (latest, least, most, mean, total).',
  uses: ['groups', 'query'],
  input: {
    query: z.string().max(10_000).optional().describe('TraceQL metric; with by: words or TraceQL, empty for all spans'),
    by: z.string().min(1).max(2_000).optional().describe('A field as TraceQL names it'),
    ...RANGE,
    stepSeconds: z.number().int().min(1).max(10_000_000).optional().describe('Of a metric'),
  },
  facts: { kind: z.string(), unit: z.string().optional(), groups: z.number() },
  item: {
    label: z.string(),
    spans: z.number().optional(),
    errors: z.number().optional(),
    p50Ms: z.number().nullable().optional(),
    p95Ms: z.number().nullable().optional(),
    latest: z.number().nullable().optional(),
    least: z.number().nullable().optional(),
    most: z.number().nullable().optional(),
    mean: z.number().nullable().optional(),
    total: z.number().optional(),
    mostAt: z.string().optional(),
  },
  async run(asked, { query = '', by, from, to, stepSeconds, cursor }, paper) {
    const { answer, cursors } = paper;
    const at = cursors.index(cursor);
    const range = rangeOf({ from, to });
    const link = asked.links.search(query);
    if (by !== undefined) {
      const { groups, complete } = await asked.api.groups({ ...range, query, by, waitMs: WAIT_MS }, asked.signal);
      answer.say(`${plural(groups.length, 'group')} by ${quoted(by, 80)}, the largest first`, {
        kind: 'groups',
        groups: groups.length,
      });
      const left = addFrom(paper, groups, at, ({ value, spans, errors, p50Ns, p95Ns }) => [
        `- ${quoted(value, 100)} ${plural(spans, 'span')}, ${plural(errors, 'error')}, p50 ${formatDuration(p50Ns)}, p95 ${formatDuration(p95Ns)}`,
        { label: bounded(value, 90), spans, errors, p50Ms: msOf(p50Ns), p95Ms: msOf(p95Ns) },
      ]);
      return answer.end({ cursor: left, partial: complete ? null : LATE, link });
    }
    const stepNs = stepSeconds === undefined ? undefined : stepSeconds * 1e9;
    const result = await asked.api.query({ ...range, query: traceqlOf(query), stepNs, waitMs: WAIT_MS }, asked.signal);
    if (result.kind === 'traces') {
      const message =
        'query: finds traces, and is no metric. Add a function such as | count_over_time() by(name), or give by, or use search_traces.';
      throw new SpoorError('VALIDATION_ERROR', message, [{ field: 'query', code: 'metric', message }]);
    }
    const { series, unit, complete } = result;
    answer.say(
      `${plural(series.length, 'series')}, ${shortTime(result.from)} to ${shortTime(result.to)} in steps of ${formatDuration(result.stepNs)}, unit ${unit}`,
      {
        kind: 'metric',
        unit,
        groups: series.length,
      },
    );
    const summed = series
      .map((one) => ({ one, sum: summary(one, result) }))
      .sort((a, b) => (b.sum.most ?? 0) - (a.sum.most ?? 0));
    const left = addFrom(paper, summed, at, ({ one, sum }) => {
      const label = Object.entries(one.labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ');
      const told = (value: number | null): string => valueText(value, unit);
      const total = unit === 'count' ? `, total ${told(sum.total)}` : '';
      return [
        `- ${quoted(label, 140)} latest ${told(sum.latest)}, least ${told(sum.least)}, most ${told(sum.most)}${sum.mostAt === '' ? '' : ` at ${sum.mostAt}`}, mean ${told(sum.mean)}${total}`,
        // Of anything but counts a sum over time says nothing.
        { label: bounded(label, 120), ...sum, total: unit === 'count' ? sum.total : undefined },
      ];
    });
    return answer.end({ cursor: left, partial: complete ? null : LATE, link });
  },
});

const LATE = 'time was up; older spans are not counted. Narrow from and to.';

function summary({ values }: MetricSeries, { from, stepNs }: MetricResult) {
  const known = values.flatMap((value, step) => (value === null ? [] : [{ value, step }]));
  const total = known.reduce((sum, { value }) => sum + value, 0);
  const most = known.reduce<{ value: number; step: number } | null>((a, b) => (a && a.value >= b.value ? a : b), null);
  const startMs = Date.parse(from) + ((most?.step ?? 0) * stepNs) / 1e6;
  return {
    latest: rounded(known.at(-1)?.value ?? null),
    least: rounded(
      known.length === 0 ? null : known.reduce((least, { value }) => Math.min(least, value), Number.POSITIVE_INFINITY),
    ),
    most: rounded(most?.value ?? null),
    mean: rounded(known.length === 0 ? null : total / known.length),
    total: rounded(total) ?? 0,
    mostAt: most === null || Number.isNaN(startMs) ? '' : shortTime(new Date(startMs).toISOString()),
  };
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(6));
}

function valueText(value: number | null, unit: MetricResult['unit']): string {
  if (unit === 'ns' || value === null) return formatDuration(value);
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 });
}
