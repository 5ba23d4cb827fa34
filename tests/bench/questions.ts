/**
 * How long questions take over much stored data and over a tenth of it. Both are asked by turns, so that whatever else the machine does
 * slows both, and their ratio stands. The short form asks a few times over little data, in the process that stored it: that each question
 * is answered, and whole.
 *
 *   --data DIR   keep what is stored there, and use what is
 *   --stored N   so much, where a million is not wanted
 */
import { join } from 'node:path';
import { bytesBelow } from '../../workers/store/disk-usage';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';
import { type Figure, percentile, report, SHORT } from './report';
import { benchFolder, type Load, sendRequests, storeRequests } from './stored-spoor';

const RUNS = SHORT ? 3 : 40;
const MILLION = 1_000_000;
const MOST_TRIES = 20;

export interface BenchQuestion {
  readonly name: string;
  /** What is asked the n-th time. */
  readonly ask: (n: number) => Asked;
  /** How the figure is told from an answer that is not whole. */
  readonly isWhole?: (body: never) => boolean;
  /** That of all data over that of a tenth, at most: what answers from a part of the data must not grow with it. */
  readonly mostGrowth?: number;
}

interface Asked {
  readonly path: string;
  /** Posted as JSON; left out: GET. */
  readonly body?: object;
}

interface Bench {
  readonly name: string;
  /** What is stored: `spans`, `records`. */
  readonly unit: string;
  readonly short: number;
  readonly loads: (stored: number) => readonly Load[];
  readonly questions: (spoor: RunningSpoor) => Promise<readonly BenchQuestion[]>;
}

/** Runs it, prints the figures, and fails where an answer is wrong or grows with what is stored. */
export function runQuestions(bench: Bench): void {
  measure(bench).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  });
}

async function measure(bench: Bench): Promise<void> {
  const { name, unit } = bench;
  const stored = amount() ?? (SHORT ? bench.short : MILLION);
  const folder = await benchFolder();
  const running: RunningSpoor[] = [];
  try {
    const path = join(folder.path, `${name}-${stored}`);
    const seconds = await (SHORT ? storeAndStay : storeBoth)(bench, stored, folder.path, running);
    say(`${stored} ${unit} stored in ${seconds.toFixed(1)} s`);
    const [whole, tenth] = running as [RunningSpoor, RunningSpoor | undefined];
    const ofTenth = tenth && { spoor: tenth, questions: await bench.questions(tenth) };
    const figures: Figure[] = [];
    const tooMuch: string[] = [];
    for (const [i, question] of (await bench.questions(whole)).entries()) {
      const small = ofTenth && { spoor: ofTenth.spoor, question: ofTenth.questions[i] as BenchQuestion };
      const { growth, figures: some } = await asked(whole, question, small);
      figures.push(...some);
      say(some.map(({ name: title, value }) => `${title} ${value.toFixed(1)}`).join(', '));
      if (growth !== null && growth > (question.mostGrowth ?? Number.POSITIVE_INFINITY))
        tooMuch.push(`${question.name} (${growth.toFixed(1)} times)`);
    }
    figures.push({ name: `on disk, of each of the ${unit}`, value: (await bytesBelow(path)) / stored, unit: 'bytes' });
    if (seconds > 0)
      figures.push({ name: 'stored, with all that tells of them', value: stored / seconds, unit: `${unit}/s` });
    report(name, figures, { stored, unit, runs: RUNS });
    if (tooMuch.length > 0) throw new Error(`These grow with what is stored, and must not: ${tooMuch.join(', ')}.`);
  } finally {
    for (const spoor of running) await spoor.stop();
    await folder.remove();
  }
}

/** @returns seconds that storing took */
async function storeAndStay(
  { name, loads }: Bench,
  stored: number,
  folder: string,
  running: RunningSpoor[],
): Promise<number> {
  const spoor = await startSpoor(join(folder, `${name}-${stored}`));
  running.push(spoor);
  return sendRequests(spoor, loads(stored));
}

/** All, and a tenth. @returns seconds that storing all took */
async function storeBoth(
  { name, loads }: Bench,
  stored: number,
  folder: string,
  running: RunningSpoor[],
): Promise<number> {
  const [ofAll, ofTenth] = [join(folder, `${name}-${stored}`), join(folder, `${name}-${stored / 10}`)];
  await storeRequests(ofTenth, loads(stored / 10));
  const seconds = await storeRequests(ofAll, loads(stored));
  for (const path of [ofAll, ofTenth]) running.push(await startSpoor(path));
  return seconds;
}

/** @returns growth: null: there is no tenth */
async function asked(
  whole: RunningSpoor,
  question: BenchQuestion,
  small: { readonly spoor: RunningSpoor; readonly question: BenchQuestion } | undefined,
): Promise<{ readonly growth: number | null; readonly figures: readonly Figure[] }> {
  const { name } = question;
  const first = await timed(whole, question, 0);
  if (small) await timed(small.spoor, small.question, 0);
  const taken: number[] = [];
  const takenBySmall: number[] = [];
  for (let n = 1; n <= RUNS; n++) {
    if (small) takenBySmall.push(await timed(small.spoor, small.question, n));
    taken.push(await timed(whole, question, n));
  }
  const growth = small ? percentile(taken, 0.5) / percentile(takenBySmall, 0.5) : null;
  const figures: Figure[] = [
    { name: `${name}: first`, value: first, unit: 'ms' },
    { name: `${name}: p50`, value: percentile(taken, 0.5), unit: 'ms' },
    { name: `${name}: p95`, value: percentile(taken, 0.95), unit: 'ms' },
  ];
  if (growth !== null) figures.push({ name: `${name}: ratio to a tenth`, value: growth, unit: 'times' });
  return { growth, figures };
}

async function timed(
  { ready }: RunningSpoor,
  { name, ask: toAsk, isWhole }: BenchQuestion,
  n: number,
): Promise<number> {
  const { path, body } = toAsk(n);
  const startedAt = performance.now();
  const ask = (): Promise<Response> =>
    fetch(ready.ui + path, {
      headers: { authorization: `Bearer ${ready.token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
  let response = await ask();
  // What was stored is still being moved together: whoever asks then is told to ask again.
  for (let tries = 1; response.status === 503 && tries < MOST_TRIES; tries++) response = await ask();
  const answer: unknown = await response.json();
  const tookMs = performance.now() - startedAt;
  if (!response.ok) throw new Error(`${name}: ${path} was answered ${response.status}: ${JSON.stringify(answer)}`);
  if (isWhole && !isWhole(answer as never)) throw new Error(`${name}: ${path} was not answered whole.`);
  return tookMs;
}

/** What happens, as it happens: a run of millions takes long. */
function say(text: string): void {
  process.stderr.write(`${performance.now().toFixed(0).padStart(8)} ms  ${text}\n`);
}

function amount(): number | null {
  const at = process.argv.indexOf('--stored');
  return at < 0 ? null : Number(process.argv[at + 1]);
}

const NS_PER_HOUR = 3_600_000_000_000n;

/** Epoch nanoseconds so many hours ago. */
export function hoursAgo(hours: bigint): string {
  return String(BigInt(Date.now()) * 1_000_000n - hours * NS_PER_HOUR);
}
