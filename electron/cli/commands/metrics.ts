/** `spoor metrics`: the metrics that are stored, or the newest points of one of them. */
import type { MetricPointResource, MetricResource } from '../../../core/api/http-resources';
import type { Page } from '../../../core/api/page';
import { StartError } from '../../../services/store/start-error';
import { FOLDER_OPTIONS, type FolderOptions, folderOptions } from '../../host/options';
import { type RunningApi, runningApi } from '../../host/running-api';
import { defineCommand } from '../command';
import { printListing } from '../print';
import { atMost, RANGE_OPTIONS, type Range, rangeOf, searchOf } from '../range';

export const metricsCommand = defineCommand({
  name: 'metrics',
  summary: 'Lists metrics by name, or the newest points of one.',
  examples: [
    { line: 'spoor metrics http', does: 'those with http in their name' },
    { line: 'spoor metrics --points http.server.request.duration --from 1h', does: 'the points of the last hour' },
  ],
  arguments: [{ name: 'WORDS', optional: true }],
  options: {
    points: { type: 'string', value: 'NAME', summary: 'the points of the metric of this name' },
    ...RANGE_OPTIONS,
    ...FOLDER_OPTIONS,
  },
  async run({ values, args, environment }) {
    const options = folderOptions(values, environment);
    const range = rangeOf(values);
    const api = await runningApi(options);
    if (values.points === undefined) await list(api, args[0], range, options, environment);
    else await points(api, values.points, range, options, environment);
    return 0;
  },
});

async function list(
  api: RunningApi,
  query: string | undefined,
  { limit }: Range,
  { json }: FolderOptions,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const { data, hasMore } = await metricsOf(api, query, limit);
  const columns = [
    { title: 'NAME', of: ({ name }: MetricResource) => name },
    { title: 'KIND', of: ({ kind }: MetricResource) => kind },
    { title: 'UNIT', of: ({ unit }: MetricResource) => unit },
    { title: 'SERIES', right: true, of: ({ seriesCount }: MetricResource) => String(seriesCount) },
    { title: 'SERVICES', of: ({ services }: MetricResource) => services.join(', ') },
  ];
  printListing({ rows: data, columns, none: 'No metric matches.', hasMore, json }, environment);
}

async function points(
  api: RunningApi,
  name: string,
  { from, to, limit }: Range,
  { json }: FolderOptions,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const { data: metrics } = await metricsOf(api, name, 10_000);
  const metric = metrics.find((one) => one.name === name);
  if (!metric) throw new StartError(`There is no metric ${name}. spoor metrics lists those that there are.`);
  const { data, hasMore } = await atMost(limit, (count, cursor) => {
    const search = searchOf({ from, to, limit: count, cursor });
    return api.json<Page<MetricPointResource>>(`/v1/metrics/${metric.id}/points?${search}`);
  });
  const columns = [
    { title: 'TIME', of: ({ time }: MetricPointResource) => time.replace('T', ' ').slice(0, 23) },
    { title: 'VALUE', right: true, of: figureOf },
    { title: 'SERVICE', of: ({ service }: MetricPointResource) => service },
    { title: 'ATTRIBUTES', of: ({ attributes }: MetricPointResource) => attributesOf(attributes) },
  ];
  printListing({ rows: data, columns, none: 'No point in this time.', hasMore, json }, environment);
}

function metricsOf(api: RunningApi, query: string | undefined, limit: number) {
  return atMost(limit, (count, cursor) =>
    api.json<Page<MetricResource>>(`/v1/metrics?${searchOf({ query, limit: count, cursor })}`),
  );
}

/** Of a histogram its count and sum. */
function figureOf({ value, raw }: MetricPointResource): string {
  if (value !== null) return String(value);
  const { count, sum } = raw as { readonly count?: string | number; readonly sum?: number };
  return count === undefined ? '' : `${count}${sum === undefined ? '' : ` (sum ${sum})`}`;
}

function attributesOf(attributes: MetricPointResource['attributes']): string {
  return Object.entries(attributes)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
