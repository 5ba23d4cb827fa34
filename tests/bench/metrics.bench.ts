/** What the screens of metrics ask, over a million points of thirty days: an hour, a day and all of a metric of each kind, and the catalogue. */
import { type BenchQuestion, hoursAgo, runQuestions } from './questions';
import { METRIC_DAYS, STORED_METRICS, storedMetrics } from './stored-metrics';

const RANGES = [
  ['1 h', 1n],
  ['24 h', 24n],
  ['30 d', BigInt(METRIC_DAYS) * 24n],
] as const;
/** Beside the aggregate that a metric is shown with first. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  'memory.usage': ['p95'],
  'request.duration': ['heatmap', 'rate'],
};

runQuestions({
  name: 'metrics',
  unit: 'points',
  short: 6_000,
  loads: (stored) => [{ path: '/v1/metrics', requests: storedMetrics(stored, BigInt(Date.now()) * 1_000_000n) }],
  questions: async (spoor) => {
    const { body } = await spoor.get<{ data: { id: number; name: string }[] }>('/v1/metrics');
    const idOf = (name: string): number => body.data.find((metric) => metric.name === name)?.id ?? 0;
    const series = STORED_METRICS.flatMap(({ name }) =>
      [undefined, ...(MORE[name] ?? [])].flatMap((aggregate) =>
        RANGES.map(
          ([title, hours]): BenchQuestion => ({
            name: `${name}${aggregate ? ` ${aggregate}` : ''}, ${title}`,
            ask: () => ({
              path: `/v1/metrics/${idOf(name)}/series?${new URLSearchParams({ from: hoursAgo(hours), ...(aggregate && { aggregate }) })}`,
            }),
            isWhole: ({ truncated }: { readonly truncated: boolean }) => !truncated,
          }),
        ),
      ),
    );
    return [
      ...series,
      {
        name: 'memory.usage by instance, 24 h',
        ask: () => ({ path: `/v1/metrics/${idOf('memory.usage')}/series?groupBy=instance&from=${hoursAgo(24n)}` }),
      },
      { name: 'catalogue, 1 h', ask: () => ({ path: `/v1/metrics/catalogue?from=${hoursAgo(1n)}` }) },
      {
        name: 'catalogue, 30 d',
        ask: () => ({ path: `/v1/metrics/catalogue?from=${hoursAgo(BigInt(METRIC_DAYS) * 24n)}` }),
      },
      { name: 'catalogue, all', ask: () => ({ path: '/v1/metrics/catalogue' }) },
      {
        name: 'points, first page',
        ask: () => ({ path: `/v1/metrics/${idOf('requests')}/points?limit=100` }),
        mostGrowth: 4,
      },
    ];
  },
});
