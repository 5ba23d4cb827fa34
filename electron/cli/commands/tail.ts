/** `spoor tail`: prints new traces as they come, until it is stopped. */
import type { TraceListPage } from '../../../core/api/search';
import { FOLDER_OPTIONS, type FolderOptions, folderOptions } from '../../host/options';
import { brokenOff, runningApi } from '../../host/running-api';
import { defineCommand } from '../command';
import { columnsOf, paintFor } from '../terminal';
import { TRACE_HEADER, traceLine } from '../trace-lines';

export const tailCommand = defineCommand({
  name: 'tail',
  summary: 'Prints new traces as they come, until it is stopped.',
  examples: [
    { line: "spoor tail 'status:error'", does: 'only those with an error' },
    { line: 'spoor tail --json | jq .rootName', does: 'one line of JSON for each' },
  ],
  arguments: [{ name: 'QUERY', optional: true }],
  options: FOLDER_OPTIONS,
  async run({ values, args, environment }) {
    await follow(args[0] ?? '', folderOptions(values, environment), environment);
    return 0;
  },
});

async function follow(query: string, options: FolderOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const api = await runningApi(options);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const path = `/v1/live?${new URLSearchParams({ query })}`;
  const response = await api.request(path, { signal: stop.signal });
  if (!options.json) process.stdout.write(`${TRACE_HEADER}\n`);
  const decoder = new TextDecoder();
  let text = '';
  try {
    const reader = response.body?.getReader();
    const next = () => reader?.read().catch(brokenOff);
    for (let read = await next(); read && !read.done; read = await next()) {
      text += decoder.decode(read.value, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) print(event, options.json, environment);
    }
    process.stderr.write('spoor: Spoor has stopped.\n');
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
}

/** A block of the stream: only traces that are new are printed. */
function print(event: string, json: boolean, environment: NodeJS.ProcessEnv): void {
  const fields = new Map(
    event.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const data = fields.get('data');
  if (fields.get('event') !== 'trace' || data === undefined) return;
  const line = json
    ? data
    : traceLine(
        JSON.parse(data) as TraceListPage['data'][number],
        columnsOf(process.stdout),
        paintFor(process.stdout, environment),
      );
  process.stdout.write(`${line}\n`);
}
