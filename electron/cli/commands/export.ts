/** `spoor export`: takes traces out of the Spoor that runs, as a file of any format that it writes. */
import { Readable } from 'node:stream';
import { traceqlOf } from '../../../core/query/plain-search';
import { type OptionTable, UsageError, type ValuesOf } from '../../host/option-table';
import { FOLDER_OPTIONS, folderOptions } from '../../host/options';
import { runningApi } from '../../host/running-api';
import { defineCommand } from '../command';
import { saveStream } from '../output-file';
import { TIME_OPTIONS, timeOf } from '../time-of';

const DEFAULT_FORMAT = 'otlp';

const OPTIONS = {
  trace: { type: 'string', value: 'ID', multiple: true, summary: 'this trace; more than once, several' },
  session: { type: 'string', value: 'ID', summary: 'the traces of this session' },
  query: { type: 'string', value: 'QUERY', summary: 'traces that match, in TraceQL or words' },
  all: { type: 'boolean', summary: 'all traces' },
  ...TIME_OPTIONS,
  format: {
    type: 'string',
    value: 'NAME',
    summary: 'otlp (the default), otlp-jsonl, otlp-protobuf, jaeger, zipkin, chrome, csv, markdown or html',
  },
  output: { type: 'string', value: 'FILE', short: 'o', summary: 'standard output unless given', completes: 'file' },
  'max-tokens': { type: 'string', value: 'N', summary: 'how long the Markdown may be, 8000 by default' },
  ...FOLDER_OPTIONS,
} as const satisfies OptionTable;

type Values = ValuesOf<typeof OPTIONS>;

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'Writes traces as a file of another tool: OTLP, Jaeger, Zipkin, Chrome trace events, CSV, Markdown, HTML.',
  examples: [
    { line: 'spoor export --trace ID --format html -o trace.html', does: 'a page that shows the trace by itself' },
    {
      line: "spoor export --query '{ status = error }' --from 1h --format markdown",
      does: 'what failed, for an agent',
    },
    { line: 'spoor export --all --format otlp-jsonl -o all.jsonl', does: 'everything, as spoor import reads it' },
  ],
  arguments: [],
  options: OPTIONS,
  async run({ values, environment }) {
    const path = pathOf(values);
    const api = await runningApi(folderOptions(values, environment));
    const { body } = await api.request(path);
    // The library's type is of the browser's stream.
    if (body) await saveStream(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), values.output ?? '-');
    return 0;
  },
});

/** @throws UsageError */
function pathOf(values: Values): string {
  check(values);
  const { trace = [], session, query, format = DEFAULT_FORMAT } = values;
  const asked = new URLSearchParams({ format });
  if (values['max-tokens'] !== undefined) asked.set('maxTokens', values['max-tokens']);
  const [traceId] = trace;
  if (trace.length === 1 && traceId !== undefined) return `/v1/traces/${encodeURIComponent(traceId)}?${asked}`;
  if (trace.length > 1) asked.set('traceIds', trace.join(','));
  if (session !== undefined) asked.set('sessionId', session);
  if (query !== undefined) asked.set('query', traceqlOf(query));
  const times = { from: timeOf('--from', values.from), to: timeOf('--to', values.to) };
  for (const [name, time] of Object.entries(times)) if (time !== undefined) asked.set(name, time);
  return `/v1/export?${asked}`;
}

/** What is not said is not guessed: a whole workspace is asked for in so many words. @throws UsageError */
function check({ trace = [], session, query, all, from, to }: Values): void {
  const named = [trace.length > 0, session !== undefined, query !== undefined, all === true].filter(Boolean).length;
  if (named === 0) throw new UsageError('export takes --trace ID, --session ID, --query QUERY, or --all.');
  if (named > 1) throw new UsageError('export takes one of --trace, --session, --query and --all.');
  if ((from ?? to) !== undefined && (trace.length > 0 || session !== undefined)) {
    throw new UsageError('--from and --to belong to --query or --all.');
  }
}
