/** `spoor logs`: log records, newest first. */
import type { LogResource } from '../../../core/api/http-resources';
import type { Page } from '../../../core/api/page';
import { FOLDER_OPTIONS, folderOptions } from '../../host/options';
import { runningApi } from '../../host/running-api';
import { defineCommand } from '../command';
import { printListing } from '../print';
import { atMost, RANGE_OPTIONS, rangeOf, searchOf } from '../range';

/** As OpenTelemetry numbers severities. */
const ERROR_SEVERITY = 17;

export const logsCommand = defineCommand({
  name: 'logs',
  summary: 'Lists log records, newest first.',
  examples: [
    { line: "spoor logs 'status:error' --from 1h", does: 'errors of the last hour' },
    { line: 'spoor logs --trace 5b8aa5a2d2c872e8321cf37308d69df2', does: 'of a trace' },
    { line: "spoor logs 'service:checkout timeout' --json", does: 'with a word, a line of JSON for each' },
  ],
  arguments: [{ name: 'QUERY', optional: true }],
  options: {
    ...RANGE_OPTIONS,
    trace: { type: 'string', value: 'ID', summary: 'of this trace alone' },
    ...FOLDER_OPTIONS,
  },
  async run({ values, args, environment }) {
    const options = folderOptions(values, environment);
    const { from, to, limit } = rangeOf(values);
    const api = await runningApi(options);
    const { data, hasMore } = await atMost(limit, (count, cursor) => {
      const search = searchOf({ query: args[0], traceId: values.trace, from, to, limit: count, cursor });
      return api.json<Page<LogResource>>(`/v1/logs?${search}`);
    });
    printListing(
      {
        rows: data,
        columns: [
          { title: 'TIME', of: ({ time }) => time.replace('T', ' ').slice(0, 23) },
          { title: 'SEVERITY', of: ({ severityText, severityNumber }) => severityText || String(severityNumber || '') },
          { title: 'SERVICE', of: ({ service }) => service },
          { title: 'MESSAGE', of: ({ message, eventName }) => message || eventName },
        ],
        isBad: ({ severityNumber }) => severityNumber >= ERROR_SEVERITY,
        none: 'No log record matches.',
        hasMore,
        json: options.json,
      },
      environment,
    );
    return 0;
  },
});
