/** `spoor query`: asks the Spoor that runs, page by page. */
import type { QueryResult } from '../../core/api/search';
import { traceqlOf } from '../../core/query/plain-search';
import type { Options } from '../host/options';
import { UsageError } from '../host/options';
import { type RunningApi, runningApi } from './running-api';
import { seriesLines, TRACE_HEADER, traceLine } from './trace-lines';

const DEFAULT_LIMIT = 20;
const PAGE = 100;

type TracePage = Extract<QueryResult, { kind: 'traces' }>;

export async function runQuery(options: Options): Promise<void> {
  const request = {
    query: traceqlOf(options.query),
    from: timeOf('--from', options.from),
    to: timeOf('--to', options.to),
  };
  const api = await runningApi(options);
  const limit = options.limit ?? DEFAULT_LIMIT;
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
  const lines = options.json ? [JSON.stringify(result)] : linesOf(result);
  process.stdout.write(`${lines.join('\n')}\n`);
  const complete = result.kind === 'traces' ? result.search.complete : result.complete;
  if (!complete) process.stderr.write('spoor: Time was up before everything was looked through; narrow --from.\n');
}

async function ask(api: RunningApi, body: object): Promise<QueryResult> {
  const response = await api.request('/v1/query', { method: 'POST', body: JSON.stringify(body) });
  return (await response.json()) as QueryResult;
}

function linesOf(result: QueryResult): string[] {
  if (result.kind === 'metrics') return seriesLines(result);
  if (result.data.length === 0) return ['No trace matches.'];
  return [TRACE_HEADER, ...result.data.map(traceLine)];
}

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** RFC 3339 as it is; `1h` as that long ago. @throws UsageError */
function timeOf(flag: string, text: string | null): string | undefined {
  if (text === null) return undefined;
  const ago = /^(\d{1,9})([smhd])$/.exec(text);
  if (ago) {
    const [, count, unit] = ago;
    return new Date(Date.now() - Number(count) * SECONDS[unit as keyof typeof SECONDS] * 1_000).toISOString();
  }
  if (/^\d{4}-/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new UsageError(
    `${flag} ${text} is neither a time such as 2026-01-31T12:00:00Z nor an age such as 90s, 15m, 24h or 7d.`,
  );
}
