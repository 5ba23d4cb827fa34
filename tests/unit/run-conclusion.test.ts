/** What `spoor run` makes of what came: here of more traces than it looks at, as the API pages through them. */
import { describe, expect, it } from 'vitest';
import { parseLogQuery } from '../../core/query/logs/parse-log-query';
import { concluded, type EndedRun } from '../../electron/cli/run/conclusion';
import type { ListedTrace } from '../../electron/cli/run/run-traces';
import type { RunningApi } from '../../electron/host/running-api';

const RUN = { id: 'the-run', service: null, startedMs: Date.now() - 1_000, endedMs: Date.now() };
const ENDED: EndedRun = {
  run: RUN,
  command: ['npm', 'test'],
  exitCode: 0,
  pointsBefore: 0,
  failOn: ['{ status = error }'],
  reports: [],
  waitMs: 0,
};

/** The API of a Spoor that has so many traces and log records of the run, and says that these match. @param asked takes what logs are counted by */
function apiOf(
  traces: number,
  logRecords: number,
  matching: readonly string[] = [],
  asked: (string | null)[] = [],
): RunningApi {
  const listed = (number: number): ListedTrace =>
    ({ traceId: `trace-${number}`, startTime: new Date(RUN.startedMs).toISOString(), matchedSpans: 1 }) as ListedTrace;
  const page = <T>(path: string, size: number, one: (number: number) => T): object => {
    const search = new URL(path, 'http://spoor').searchParams;
    const from = Number(search.get('cursor') ?? 0);
    const to = Math.min(size, from + Number(search.get('limit')));
    const data = Array.from({ length: to - from }, (_, i) => one(from + i));
    return { data, pagination: { nextCursor: to < size ? String(to) : null } };
  };
  const answer = (path: string): unknown => {
    if (path === '/v1/status') return { counts: {}, queueDepth: 0 };
    if (path === '/v1/query') {
      return { kind: 'traces', data: matching.map((traceId) => ({ traceId })), pagination: { nextCursor: null } };
    }
    if (path.startsWith('/v1/traces?')) return page(path, traces, listed);
    asked.push(new URL(path, 'http://spoor').searchParams.get('query'));
    return { total: logRecords, complete: logRecords <= 5_000 };
  };
  return {
    instance: { pid: 1, ui: 'http://spoor', desktop: false },
    token: '',
    request: () => Promise.reject(new Error('not asked for')),
    json: async <T>(path: string) => answer(path) as T,
  };
}

describe('a --fail-on', () => {
  it('does not pass where there are more traces than it looked at', async () => {
    const { matched, problems, arrived } = await concluded(apiOf(5_100, 0), ENDED);
    expect([matched, arrived?.traces.length]).toEqual([false, 5_000]);
    expect(problems).toEqual(['There are more traces than could be checked: --fail-on checked only the newest ones.']);
  });

  it('that matches is known, however many traces there are', async () => {
    expect(await concluded(apiOf(5_100, 0, ['trace-7']), ENDED)).toMatchObject({ matched: true, problems: [] });
    // Of others that were not looked at nothing is said.
    const two = { ...ENDED, failOn: ['{ status = error }', 'declined'] };
    expect(await concluded(apiOf(5_100, 0, ['trace-7']), two)).toMatchObject({ matched: true, problems: [] });
  });

  it('needs no more log records than are counted, which are those of the run', async () => {
    const asked: (string | null)[] = [];
    const { arrived, matched, problems } = await concluded(apiOf(3, 5_100, [], asked), ENDED);
    expect([arrived?.complete, arrived?.logRecords, matched, problems]).toEqual([false, 5_100, false, []]);
    expect(asked).toEqual(['resource.spoor.run.id="the-run"']);
    await concluded(apiOf(0, 0, [], asked), { ...ENDED, run: { ...RUN, service: 'a "shop"' } });
    expect(asked.slice(2)).toEqual(['NOT resource.spoor.run.id:* AND service="a \\"shop\\""']);
    for (const query of asked) expect(() => parseLogQuery(query ?? '')).not.toThrow();
  });

  it('that nobody gave is not missed', async () => {
    expect(await concluded(apiOf(5_100, 0), { ...ENDED, failOn: [] })).toMatchObject({ problems: [] });
  });
});
