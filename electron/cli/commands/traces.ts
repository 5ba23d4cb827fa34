/** `spoor traces`: the list of traces, as the first screen has it. */
import type { TraceListPage } from '../../../core/api/search';
import { TRACE_SORTS } from '../../../core/api/trace-list-query';
import { formatDuration } from '../../../core/model/format';
import { FOLDER_OPTIONS, folderOptions } from '../../host/options';
import { runningApi } from '../../host/running-api';
import { defineCommand } from '../command';
import { printListing } from '../print';
import { atMost, RANGE_OPTIONS, rangeOf, searchOf } from '../range';

export const tracesCommand = defineCommand({
  name: 'traces',
  summary: 'Lists traces, newest first or in another order.',
  examples: [
    { line: 'spoor traces --from 15m', does: 'of the last quarter of an hour' },
    { line: "spoor traces 'status:error service:checkout' --sort=-durationNs", does: 'failed ones, the slowest first' },
    { line: 'spoor traces --json | jq -r .traceId', does: 'a line of JSON for each' },
  ],
  arguments: [{ name: 'QUERY', optional: true }],
  options: {
    ...RANGE_OPTIONS,
    sort: { type: 'string', value: 'FIELD', summary: 'the order', choices: TRACE_SORTS },
    ...FOLDER_OPTIONS,
  },
  async run({ values, args, environment }) {
    const options = folderOptions(values, environment);
    const { from, to, limit } = rangeOf(values);
    const api = await runningApi(options);
    let complete = true;
    const { data, hasMore } = await atMost(limit, async (count, cursor) => {
      const search = searchOf({ query: args[0], from, to, sort: values.sort, limit: count, cursor });
      const page = await api.json<TraceListPage>(`/v1/traces?${search}`);
      complete &&= page.search.complete;
      return page;
    });
    printListing(
      {
        rows: data,
        columns: [
          { title: 'STARTED', of: ({ startTime }) => startTime.replace('T', ' ').slice(0, 23) },
          { title: 'DURATION', right: true, of: ({ durationNs }) => formatDuration(durationNs) },
          { title: 'SPANS', right: true, of: ({ spanCount }) => String(spanCount) },
          { title: 'ERRORS', right: true, of: ({ errorCount }) => String(errorCount) },
          { title: 'TRACE', of: ({ traceId }) => traceId },
          { title: 'NAME', of: ({ rootService, rootName }) => `${rootService}: ${rootName}` },
        ],
        isBad: ({ failedCount }) => failedCount > 0,
        none: 'No trace matches.',
        hasMore,
        json: options.json,
      },
      environment,
    );
    if (!complete) process.stderr.write('spoor: Time was up before everything was looked through; narrow --from.\n');
    return 0;
  },
});
