/** `spoor tail`: prints new traces as they come, until it is stopped. */
import type { TraceListPage } from '../../core/api/search';
import type { Options } from '../host/options';
import { runningApi } from './running-api';
import { TRACE_HEADER, traceLine } from './trace-lines';

export async function runTail(options: Options): Promise<void> {
  const api = await runningApi(options);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const path = `/v1/live?${new URLSearchParams({ query: options.query })}`;
  const response = await api.request(path, { signal: stop.signal });
  if (!options.json) process.stdout.write(`${TRACE_HEADER}\n`);
  const decoder = new TextDecoder();
  let text = '';
  try {
    const reader = response.body?.getReader();
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      text += decoder.decode(read.value, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) print(event, options.json);
    }
    process.stderr.write('spoor: Spoor has stopped.\n');
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
}

/** A block of the stream: only traces that are new are printed. */
function print(event: string, json: boolean): void {
  const fields = new Map(
    event.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const data = fields.get('data');
  if (fields.get('event') !== 'trace' || data === undefined) return;
  process.stdout.write(json ? `${data}\n` : `${traceLine(JSON.parse(data) as TraceListPage['data'][number])}\n`);
}
