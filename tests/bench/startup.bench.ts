/**
 * From launch to OTLP accepted and to the first list answered: a first start, and a start on ten million stored spans.
 *
 *   --data DIR   keep the stored spans there, and use those that are (as the benchmark `query` does)
 */
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type RunningSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { report, SHORT } from './report';
import { STORED_TRACE_SPANS } from './stored-load';
import { benchFolder, storeTraces } from './stored-spoor';

const STORED_TRACES = SHORT ? 2_000 : 200_000;
const RUNS = SHORT ? 3 : 7;

async function timedStart(dataDir: string): Promise<{ spoor: RunningSpoor; acceptedMs: number; listedMs: number }> {
  const startedAt = performance.now();
  const spoor = await startSpoor(dataDir);
  const acceptedMs = performance.now() - startedAt;
  await spoor.get('/v1/traces');
  return { spoor, acceptedMs, listedMs: performance.now() - startedAt };
}

async function medians(
  start: (run: number) => ReturnType<typeof timedStart>,
): Promise<{ accepted: number; listed: number }> {
  const accepted: number[] = [];
  const listed: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const { spoor, acceptedMs, listedMs } = await start(run);
    accepted.push(acceptedMs);
    listed.push(listedMs);
    await spoor.stop();
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] as number;
  return { accepted: median(accepted), listed: median(listed) };
}

async function main(): Promise<void> {
  const folder = await temporaryFolder();
  const stored = await benchFolder();
  try {
    const initdbAt = performance.now();
    await (await PGlite.create(join(folder.path, 'initdb'))).close();
    const initdbMs = performance.now() - initdbAt;
    const first = await medians((run) => timedStart(join(folder.path, `first-${run}`)));
    const dataDir = join(stored.path, 'whole');
    await storeTraces(dataDir, STORED_TRACES);
    const again = await medians(() => timedStart(dataDir));
    report(
      'startup',
      [
        { name: 'first start: OTLP accepted', value: first.accepted, unit: 'ms' },
        { name: 'first start: list answered', value: first.listed, unit: 'ms' },
        { name: 'initdb alone, which it avoids', value: initdbMs, unit: 'ms' },
        { name: 'ratio of the first list to initdb', value: first.listed / initdbMs, unit: 'of initdb' },
        { name: 'later start: OTLP accepted (aim 1,000)', value: again.accepted, unit: 'ms' },
        { name: 'later start: list answered (aim 2,000)', value: again.listed, unit: 'ms' },
      ],
      { storedSpans: STORED_TRACES * STORED_TRACE_SPANS, runs: RUNS },
    );
  } finally {
    await folder.remove();
    await stored.remove();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
