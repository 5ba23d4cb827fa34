/** `spoor services`: who sends, how much, and when last. */
import type { ServiceSummary } from '../../../core/api/contract';
import type { Page } from '../../../core/api/page';
import { FOLDER_OPTIONS, folderOptions } from '../../host/options';
import { runningApi } from '../../host/running-api';
import { defineCommand } from '../command';
import { printListing } from '../print';

export const servicesCommand = defineCommand({
  name: 'services',
  summary: 'Lists the services that have sent spans.',
  examples: [
    { line: 'spoor services', does: 'with their spans, errors, and when the last one came' },
    { line: 'spoor services --json | jq -r .name', does: 'a line of JSON for each' },
  ],
  arguments: [],
  options: FOLDER_OPTIONS,
  async run({ values, environment }) {
    const options = folderOptions(values, environment);
    const api = await runningApi(options);
    const { data, pagination } = await api.json<Page<ServiceSummary>>('/v1/services');
    printListing(
      {
        rows: data,
        columns: [
          { title: 'SERVICE', of: ({ name }) => name },
          { title: 'SPANS', right: true, of: ({ spanCount }) => String(spanCount) },
          { title: 'ERRORS', right: true, of: ({ errorCount }) => String(errorCount) },
          { title: 'LAST SEEN', of: ({ lastSeen }) => lastSeen?.replace('T', ' ').slice(0, 19) ?? '' },
        ],
        isBad: ({ errorCount }) => errorCount > 0,
        none: 'No service has sent a span.',
        hasMore: pagination.hasMore,
        json: options.json,
      },
      environment,
    );
    return 0;
  },
});
