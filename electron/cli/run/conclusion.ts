/** What Spoor says when the program has ended: what came, what of it is wrong, and where to look at it. */
import { StartError } from '../../../services/store/start-error';
import { openSignedIn } from '../../headless/open-browser';
import type { RunningApi } from '../../host/running-api';
import { printable } from '../terminal';
import { RUN_ID_ATTRIBUTE } from './environment';
import { type Check, summaryOf, writeReport } from './run-report';
import { type Arrived, arrivedOf, matching, type Run, settled } from './run-traces';

const WORST_FIRST = 5;
const BROWSER_MS = 4_000;

export interface EndedRun {
  readonly run: Run;
  readonly command: readonly string[];
  readonly exitCode: number;
  readonly pointsBefore: number;
  readonly failOn: readonly string[];
  readonly reports: readonly string[];
  readonly waitMs: number;
}

export interface Conclusion extends Pick<EndedRun, 'run' | 'exitCode'> {
  /** Null: Spoor could not be asked. */
  readonly arrived: Arrived | null;
  readonly checks: readonly Check[];
  readonly matched: boolean;
  /** Of the page that shows it. */
  readonly path: string;
  /** What was asked for and could not be done. */
  readonly problems: readonly string[];
}

/** Whatever becomes of Spoor meanwhile, the program has ended as it has: nothing is thrown. */
export async function concluded(api: RunningApi, ended: EndedRun): Promise<Conclusion> {
  const { run, exitCode } = ended;
  const problems: string[] = [];
  const checks: Check[] = [];
  let arrived: Arrived | null = null;
  try {
    await untilSignalled((stop) => settled(api, run, ended.waitMs, stop));
    arrived = await arrivedOf(api, run, ended.pointsBefore);
    for (const query of ended.failOn) checks.push({ query, matched: await matching(api, query, arrived) });
    // What was not looked at may be what it was to fail on.
    if (ended.failOn.length > 0 && !arrived.allTraces && checks.every((check) => check.matched.length === 0)) {
      problems.push('There are more traces than could be checked: --fail-on checked only the newest ones.');
    }
    const result = { ...ended, durationMs: run.endedMs - run.startedMs, arrived, checks };
    for (const file of ended.reports) {
      await writeReport(file, api, result).catch((error: unknown) => {
        if (error instanceof StartError) throw error;
        problems.push(`The report ${file} could not be written: ${(error as Error).message}.`);
      });
    }
  } catch (error) {
    problems.push(`What came of the run is not known: ${error instanceof StartError ? error.message : String(error)}`);
  }
  const matched = checks.some((check) => check.matched.length > 0);
  return { run, exitCode, arrived, checks, matched, path: pathOf(run, arrived), problems };
}

/** Whoever stops us now has waited enough for late exports. */
async function untilSignalled(work: (stop: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const end = (): void => stop.abort();
  for (const signal of signals) process.on(signal, end);
  try {
    await work(stop.signal);
  } finally {
    for (const signal of signals) process.off(signal, end);
  }
}

/** The trace, or the list of them. */
function pathOf({ id }: Run, arrived: Arrived | null): string {
  const only = arrived?.traces.length === 1 ? arrived.traces[0] : undefined;
  if (only) return `/#/trace/${only.traceId}`;
  if (arrived?.by !== 'id' || arrived.traces.length === 0) return '/';
  return `/?${new URLSearchParams({ q: `{ resource.${RUN_ID_ATTRIBUTE} = "${id}" }` })}`;
}

interface Telling {
  readonly api: RunningApi;
  readonly json: boolean;
  /** Whether Spoor was stopped. */
  readonly ended: boolean;
  /** Whether it was started for the run and goes on. */
  readonly goesOn: boolean;
}

export function tell(conclusion: Conclusion, { api, json, ended, goesOn }: Telling): void {
  const link = ended ? null : new URL(conclusion.path, api.instance.ui).href;
  if (json) {
    process.stderr.write(`${JSON.stringify(jsonOf(conclusion, link))}\n`);
    return;
  }
  const { arrived, checks, problems } = conclusion;
  if (arrived) {
    say(isNothing(arrived) ? NOTHING : `${summaryOf(arrived)}.`);
    if (arrived.by === 'time') say('They are found by time: the program did not send the id of the run.');
  }
  for (const { query, matched } of checks) {
    if (matched.length === 0) continue;
    const names = matched.slice(0, WORST_FIRST).map(({ traceId, rootName }) => `${rootName} (${traceId})`);
    const more = matched.length > names.length ? `, and ${matched.length - names.length} more` : '';
    say(`--fail-on ${query}: ${names.join(', ')}${more}`);
  }
  for (const problem of problems) say(problem);
  if (link !== null && !(arrived && isNothing(arrived))) say(link);
  if (goesOn) say('Spoor goes on running in the background; spoor stop ends it.');
}

const NOTHING =
  'Nothing came. The program may not use OpenTelemetry, or end before its exporter has sent: spoor doctor looks at what is set up.';

function isNothing({ spans, logRecords, metricPoints }: Arrived): boolean {
  return spans + logRecords + metricPoints === 0;
}

function jsonOf({ run, exitCode, arrived, checks, problems }: Conclusion, link: string | null): object {
  return {
    run: run.id,
    exitCode,
    by: arrived?.by ?? null,
    spans: arrived?.spans ?? null,
    logRecords: arrived?.logRecords ?? null,
    metricPointsOfAll: arrived?.metricPoints ?? null,
    complete: arrived?.complete ?? false,
    traceIds: arrived?.traces.map(({ traceId }) => traceId) ?? [],
    failOn: checks.map(({ query, matched }) => ({ query, traceIds: matched.map(({ traceId }) => traceId) })),
    link,
    problems,
  };
}

/** One line on stderr. Names of traces come from programs. */
export function say(text: string): void {
  process.stderr.write(`spoor: ${printable(text)}\n`);
}

/** Signed in. The page that leads there goes with us: the browser gets the time to read it. */
export async function openFromCommand(api: RunningApi, path: string, dataDir: string): Promise<void> {
  const url = new URL(path, api.instance.ui);
  const to = url.hash.slice(1);
  url.hash = `token=${encodeURIComponent(api.token)}${to === '' ? '' : `&to=${to}`}`;
  await openSignedIn(url.href, dataDir);
  await new Promise((resolve) => setTimeout(resolve, BROWSER_MS));
}
