/** `spoor query`: asks the Spoor that runs, page by page. */
import type { QueryResult } from '../../../core/api/search';
import { traceqlOf } from '../../../core/query/plain-search';
import type { OptionTable, ValuesOf } from '../../host/option-table';
import { FOLDER_OPTIONS, folderOptions } from '../../host/options';
import { type RunningApi, runningApi } from '../../host/running-api';
import { defineCommand } from '../command';
import { RANGE_OPTIONS, rangeOf } from '../range';
import { columnsOf, cut, paintFor } from '../terminal';
import { seriesLines, TRACE_HEADER, traceLine } from '../trace-lines';

const PAGE = 100;

type TracePage = Extract<QueryResult, { kind: 'traces' }>;

const OPTIONS = {
  ...RANGE_OPTIONS,
  ...FOLDER_OPTIONS,
} as const satisfies OptionTable;

export const queryCommand = defineCommand({
  name: 'query',
  summary: 'Searches the Spoor that runs on this data folder, in TraceQL or words.',
  examples: [
    { line: "spoor query '{ status = error }' --from 1h", does: 'traces of the last hour with a span that failed' },
    { line: "spoor query 'declined service:checkout'", does: 'words and fields, as in the search box' },
    { line: "spoor query '{ } | rate() by(resource.service.name)'", does: 'a metric: one line for each series' },
  ],
  arguments: [{ name: 'QUERY', missing: "takes a query, such as '{ status = error }'." }],
  options: OPTIONS,
  async run({ values, args, environment }) {
    await query(args[0] ?? '', values, environment);
    return 0;
  },
});

async function query(text: string, values: ValuesOf<typeof OPTIONS>, environment: NodeJS.ProcessEnv): Promise<void> {
  const options = folderOptions(values, environment);
  const { from, to, limit } = rangeOf(values);
  const request = { query: traceqlOf(text), from, to };
  const api = await runningApi(options);
  let result = await ask(api, { ...request, limit: Math.min(limit, PAGE) });
  while (result.kind === 'traces' && result.search.complete && result.data.length < limit) {
    const cursor = result.pagination.nextCursor;
    if (cursor === null) break;
    const next = (await ask(api, {
      ...request,
      limit: Math.min(limit - result.data.length, PAGE),
      cursor,
    })) as TracePage;
    result = { ...next, data: [...result.data, ...next.data] };
  }
  const lines = options.json ? [JSON.stringify(result)] : linesOf(result, environment);
  process.stdout.write(`${lines.join('\n')}\n`);
  const complete = result.kind === 'traces' ? result.search.complete : result.complete;
  if (!complete) process.stderr.write('spoor: Time was up before everything was looked through; narrow --from.\n');
}

function ask(api: RunningApi, body: object): Promise<QueryResult> {
  return api.json<QueryResult>('/v1/query', body);
}

function linesOf(result: QueryResult, environment: NodeJS.ProcessEnv): string[] {
  const columns = columnsOf(process.stdout);
  const paint = paintFor(process.stdout, environment);
  if (result.kind === 'metrics' && result.series.length === 0) return ['No span matches.'];
  if (result.kind === 'metrics') return seriesLines(result).map((line) => cut(line, columns));
  if (result.data.length === 0) return ['No trace matches.'];
  return [paint('dim', cut(TRACE_HEADER, columns)), ...result.data.map((trace) => traceLine(trace, columns, paint))];
}
