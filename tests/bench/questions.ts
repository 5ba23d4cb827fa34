/**
 * How long questions take over much stored data and over a tenth of it. Both are asked by turns, so that whatever else the machine does
 * slows both, and their ratio stands.
 *
 *   --data DIR   keep what is stored there, and use what is
 *   --stored N   so much, where a million is not wanted
 */
import { join } from 'node:path';
import { bytesBelow } from '../../workers/store/disk-usage';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';
import { type Figure, percentile, report, SHORT } from './report';
import { benchFolder, type Load, storeRequests } from './stored-spoor';

const RUNS = SHORT ? 7 : 40;
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

async function measure({ name, unit, short, loads, questions }: Bench): Promise<void> {
  const stored = amount() ?? (SHORT ? short : MILLION);
  const folder = await benchFolder();
  const running: RunningSpoor[] = [];
  try {
    const folders = [join(folder.path, `${name}-${stored / 10}`), join(folder.path, `${name}-${stored}`)];
    let seconds = 0;
    for (const [i, path] of folders.entries())
      seconds = await storeRequests(path, loads(i === 0 ? stored / 10 : stored));
    const bytes = await bytesBelow(folders[1] as string);
    for (const path of folders) running.push(await startSpoor(path));
    const [tenth, whole] = running as [RunningSpoor, RunningSpoor];
    const [ofTenth, ofWhole] = [await questions(tenth), await questions(whole)];
    const figures: Figure[] = [];
    const tooMuch: string[] = [];
    for (const [i, question] of ofWhole.entries()) {
      const small = ofTenth[i] as BenchQuestion;
      const first = await timed(whole, question, 0);
      await timed(tenth, small, 0);
      const taken: number[] = [];
      const takenBySmall: number[] = [];
      for (let n = 1; n <= RUNS; n++) {
        takenBySmall.push(await timed(tenth, small, n));
        taken.push(await timed(whole, question, n));
      }
      const growth = percentile(taken, 0.5) / percentile(takenBySmall, 0.5);
      figures.push(
        { name: `${question.name}: first`, value: first, unit: 'ms' },
        { name: `${question.name}: p50`, value: percentile(taken, 0.5), unit: 'ms' },
        { name: `${question.name}: p95`, value: percentile(taken, 0.95), unit: 'ms' },
        { name: `${question.name}: ratio to a tenth`, value: growth, unit: 'times' },
      );
      if (growth > (question.mostGrowth ?? Number.POSITIVE_INFINITY))
        tooMuch.push(`${question.name} (${growth.toFixed(1)} times)`);
    }
    figures.push({ name: `on disk, of each of the ${unit}`, value: bytes / stored, unit: 'bytes' });
    if (seconds > 0)
      figures.push({ name: 'stored, with all that tells of them', value: stored / seconds, unit: `${unit}/s` });
    report(name, figures, { stored, unit, runs: RUNS });
    if (tooMuch.length > 0) throw new Error(`These grow with what is stored, and must not: ${tooMuch.join(', ')}.`);
  } finally {
    for (const spoor of running) await spoor.stop();
    await folder.remove();
  }
}

async function timed(
  { ready }: RunningSpoor,
  { name, ask: asked, isWhole }: BenchQuestion,
  n: number,
): Promise<number> {
  const { path, body } = asked(n);
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

function amount(): number | null {
  const at = process.argv.indexOf('--stored');
  return at < 0 ? null : Number(process.argv[at + 1]);
}

const NS_PER_HOUR = 3_600_000_000_000n;

/** Epoch nanoseconds so many hours ago. */
export function hoursAgo(hours: bigint): string {
  return String(BigInt(Date.now()) * 1_000_000n - hours * NS_PER_HOUR);
}
