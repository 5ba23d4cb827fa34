/** `spoor run`: a program whose telemetry comes here, with its exit code, its streams and its signals. */
import { randomUUID } from 'node:crypto';
import { basename, extname } from 'node:path';
import type { StatusResource } from '../../../core/api/http-resources';
import type { QueryResult } from '../../../core/api/search';
import { traceqlOf } from '../../../core/query/plain-search';
import { StartError } from '../../../services/store/start-error';
import { type OptionTable, UsageError, type ValuesOf } from '../../host/option-table';
import { FOLDER_OPTIONS, folderOptions } from '../../host/options';
import type { RunningApi } from '../../host/running-api';
import { joinRuns, leaveRuns } from '../background';
import { defineCommand } from '../command';
import { codexArguments } from '../run/codex';
import { concluded, openFromCommand, say, tell } from '../run/conclusion';
import { environmentFor } from '../run/environment';
import { instrumented } from '../run/instrumentation';
import { programProblem, runProgram } from '../run/program';
import { REPORT_ENDINGS } from '../run/run-report';
import { targetOf } from '../run/target';

/** Of a run whose program succeeded while a `--fail-on` matched. */
const EXIT_MATCHED = 3;
const EXIT_FAILURE = 1;
const OPENING_LOOK_MS = 100;
const DEFAULT_WAIT_SECONDS = 10;
const MAX_WAIT_SECONDS = 3_600;

const OPTIONS = {
  name: { type: 'string', short: 'n', value: 'SERVICE', summary: 'the service name of what the program sends' },
  'fail-on': {
    type: 'string',
    value: 'QUERY',
    multiple: true,
    summary: `exit with ${EXIT_MATCHED} if a trace of the run matches, although the program succeeded; may be repeated`,
  },
  report: {
    type: 'string',
    value: 'FILE',
    multiple: true,
    completes: 'file',
    summary: 'write what came of the run to a file: .md or .html',
  },
  open: { type: 'boolean', summary: 'open the trace in the browser when the program ends' },
  content: { type: 'boolean', summary: 'have coding agents send prompts, answers and arguments of tools, too' },
  'no-instrument': { type: 'boolean', summary: "do not put the project's own instrumentation before the program" },
  'java-agent': {
    type: 'string',
    value: 'FILE',
    completes: 'file',
    summary: "OpenTelemetry's Java agent, opentelemetry-javaagent.jar",
    variable: 'SPOOR_JAVA_AGENT',
  },
  override: { type: 'boolean', summary: 'replace OTEL_ variables that send telemetry elsewhere (kept by default)' },
  wait: {
    type: 'string',
    value: 'SECONDS',
    summary: `how long to wait for late exports at most, ${DEFAULT_WAIT_SECONDS} by default`,
  },
  stop: { type: 'boolean', summary: 'stop a Spoor that was started for the run when it is over; in CI by default' },
  keep: { type: 'boolean', summary: 'leave it running; outside of CI by default' },
  ...FOLDER_OPTIONS,
  json: { type: 'boolean', summary: 'say what came as one line of JSON on stderr', variable: 'SPOOR_JSON' },
} as const satisfies OptionTable;

export const runCommand = defineCommand({
  name: 'run',
  summary: 'Runs a program that exports to Spoor, which is started if it does not run.',
  description: [
    "The exit code is the program's; its streams are untouched and signals are passed on. What Spoor says goes to stderr.",
    'OTEL_ variables are set for the SDKs of all languages, and those of Claude Code, Codex, Gemini CLI and Copilot. What you have set yourself is kept.',
  ],
  examples: [
    { line: 'spoor run -- npm test', does: 'runs the tests, and says how many spans came and where to look at them' },
    { line: 'spoor run --name checkout -- python app.py --port 8000', does: 'as the service checkout' },
    { line: 'spoor run --content -- claude', does: 'a coding agent, with what was said' },
    {
      line: "spoor run --fail-on '{ status = error }' --report out.md -- npm test",
      does: `in CI: exit code ${EXIT_MATCHED} if the tests pass and a span failed`,
    },
  ],
  arguments: [{ name: 'PROGRAM', many: true, missing: 'takes a program, such as spoor run -- npm test.' }],
  takesProgram: true,
  options: OPTIONS,
  run: ({ values, args, environment }) => run(values, args, environment),
});

async function run(
  values: ValuesOf<typeof OPTIONS>,
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const options = folderOptions(values, environment);
  const waitMs = waitOf(values.wait);
  for (const file of values.report ?? []) refuseOtherEnding(file);
  if (values.stop && values.keep) throw new UsageError('--stop and --keep cannot both be given.');
  const problem = programProblem(command[0] ?? '', environment);
  if (problem !== null) {
    say(problem.problem ?? '');
    return problem.code;
  }
  const reached = await joinRuns(options, environment);
  const { api } = reached;
  const stop = values.stop ?? (!values.keep && isCi(environment));
  try {
    const status = await openStatus(api);
    for (const query of values['fail-on'] ?? []) await refuseNoSearch(api, query);
    const launched = launchOf(command, values, environment, status);
    const startedMs = Date.now();
    const end = await runProgram(launched.file, launched.args, launched.environment);
    const endedMs = Date.now();
    if (end.problem !== null) say(end.problem);
    else if (end.signal !== null) say(`The program was ended by ${end.signal}.`);
    const conclusion = await concluded(api, {
      run: { id: launched.runId, service: values.name ?? null, startedMs, endedMs },
      command,
      exitCode: end.code,
      pointsBefore: status.counts.metricPoints ?? 0,
      failOn: values['fail-on'] ?? [],
      reports: values.report ?? [],
      waitMs,
    });
    const ended = await leaveRuns(options.dataDir, reached, stop);
    tell(conclusion, { api, json: options.json, ended, goesOn: reached.started && !ended });
    if (values.open && !ended) await openFromCommand(api, conclusion.path, options.dataDir);
    if (end.code !== 0) return end.code;
    return conclusion.problems.length > 0 ? EXIT_FAILURE : conclusion.matched ? EXIT_MATCHED : 0;
  } catch (error) {
    // Of a run that did not come about nothing is left, either.
    await leaveRuns(options.dataDir, reached, stop || reached.started);
    throw error;
  }
}

/** Once the database is open: until then exports wait, and exporters give up after ten seconds. @throws StartError */
async function openStatus(api: RunningApi): Promise<StatusResource> {
  for (;;) {
    const status = await api.json<StatusResource>('/v1/status');
    const { store } = status;
    if (store.state === 'ready') return status;
    if (store.state !== 'opening') throw new StartError(store.message);
    await new Promise((resolve) => setTimeout(resolve, OPENING_LOOK_MS));
  }
}

interface Launched {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly runId: string;
}

function launchOf(
  command: readonly string[],
  values: ValuesOf<typeof OPTIONS>,
  environment: NodeJS.ProcessEnv,
  status: StatusResource,
): Launched {
  const runId = randomUUID();
  const target = targetOf(status);
  const content = values.content ?? false;
  const agent = values['java-agent'] ?? (environment.SPOOR_JAVA_AGENT || null);
  const launch = values['no-instrument']
    ? { file: command[0] ?? '', args: command.slice(1), environment, note: null }
    : instrumented(command, environment, process.cwd(), agent);
  const codex = codexArguments(launch.file, launch.args, target, environment, content);
  // A program that sets its name itself keeps it; one that is instrumented from outside has none.
  const guessed = launch.note !== null && !hasName(environment) ? nameOf(command) : null;
  const set = environmentFor(launch.environment, target, {
    runId,
    name: values.name ?? guessed,
    content,
    override: values.override ?? false,
  });
  for (const note of [launch.note && `${launch.note}; --no-instrument leaves it out.`, codex?.note, ...set.notes]) {
    if (note) say(note);
  }
  return { file: launch.file, args: codex?.args ?? launch.args, environment: set.environment, runId };
}

function hasName({ OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES = '' }: NodeJS.ProcessEnv): boolean {
  return Boolean(OTEL_SERVICE_NAME) || /(?:^|,)\s*service\.name\s*=/.test(OTEL_RESOURCE_ATTRIBUTES);
}

/** `app` of `python app.py`, `npm` of `npm start`. */
function nameOf(command: readonly string[]): string {
  const script = command.slice(1).find((argument) => /\.(?:[cm]?[jt]s|py|jar)$/.test(argument));
  const file = basename(script ?? command[0] ?? '');
  return file.slice(0, file.length - extname(file).length) || file;
}

/** A query that is none is wrong usage, which is to be known before the program has run for an hour. */
async function refuseNoSearch(api: RunningApi, query: string): Promise<void> {
  const result = await api
    .json<QueryResult>('/v1/query', { query: traceqlOf(query), limit: 1, from: new Date().toISOString() })
    .catch((error: unknown) => {
      throw error instanceof StartError ? new UsageError(`--fail-on ${query}: ${error.message}`) : error;
    });
  if (result.kind !== 'traces') {
    throw new UsageError(
      `--fail-on ${query}: it is a metric; a search for traces is needed, such as { status = error }.`,
    );
  }
}

function refuseOtherEnding(file: string): void {
  if (REPORT_ENDINGS.includes(extname(file).toLowerCase())) return;
  throw new UsageError(`--report ${file} ends in none of ${REPORT_ENDINGS.join(', ')}.`);
}

function waitOf(text: string | undefined): number {
  const seconds = text === undefined ? DEFAULT_WAIT_SECONDS : Number(text);
  if (text?.trim() !== '' && seconds >= 0 && seconds <= MAX_WAIT_SECONDS) return seconds * 1_000;
  throw new UsageError(`--wait ${text} is not a number of seconds from 0 to ${MAX_WAIT_SECONDS}.`);
}

function isCi({ CI }: NodeJS.ProcessEnv): boolean {
  return CI !== undefined && !['', '0', 'false'].includes(CI.toLowerCase());
}
