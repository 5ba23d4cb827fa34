/**
 * Two desktops without a window and a team server on PostgreSQL, all on this machine: the first push of what is stored, an annotation
 * from one desktop to the other, catching up after a day offline, what sync costs ingest; and seeds of the simulation.
 */
import { join } from 'node:path';
import { NO_CHOICE } from '../../core/api/sync-state';
import { startDurablePostgres } from '../fixtures/databases';
import { type Desktop, desktopKey, isSettled, startDesktop } from '../fixtures/sharing-desktop';
import { temporaryFolder } from '../fixtures/spoor';
import { simulate } from '../fixtures/sync/simulation';
import { makeKeys, setUpOwner, startTeamServer, type TeamClient } from '../fixtures/team-server';
import { BATCH_SPANS, loadBatch, sendLoad } from './load';
import { percentile, report, SHORT } from './report';

const SPANS = SHORT ? 40_000 : 1_000_000;
const INGEST_SPANS = SHORT ? 40_000 : 400_000;
const ANNOTATIONS = SHORT ? 20 : 100;
const CHANGED = SHORT ? 200 : 1_000;
const SEEDS = SHORT ? 1_000 : 10_000;
const LOOK_MS = 10;

async function main(): Promise<void> {
  const postgres = await startDurablePostgres();
  const folder = await temporaryFolder();
  const running: { stop: () => Promise<unknown> }[] = [];
  try {
    const server = await startTeamServer(await postgres.createDatabase());
    running.push(server);
    const owner = await setUpOwner(server);
    const { projectId } = await makeKeys(owner.client);
    const one = await startDesktop(join(folder.path, 'one'));
    running.push(one);
    await send(one, 0, SPANS);
    const alone = await send(one, SPANS, INGEST_SPANS);
    await connect(one, owner.client, projectId, server.url);
    const pushed = await timed(async () => {
      await one.api.chooseSync({ ...NO_CHOICE, projectId, rules: [{ kind: 'everything' }] });
      await until(async () => (await spansOf(owner.client)) === SPANS + INGEST_SPANS);
    });
    await until(() => isSettled(one));
    const syncing = await send(one, SPANS + INGEST_SPANS, INGEST_SPANS);
    await until(() => isSettled(one));

    const two = await startDesktop(join(folder.path, 'two'));
    running.push(two);
    await connect(two, owner.client, projectId, server.url);
    const quiet = { ...NO_CHOICE, projectId };
    await one.api.chooseSync(quiet);
    // What there is already is not what is measured.
    await two.api.chooseSync({ ...quiet, follow: [] });
    const traceId = await one.send();
    await one.api.share({ traceId, sessionId: null });
    await until(() => isSettled(one));
    const seen = await annotate(one, two, traceId);
    await two.api.pauseSync(true);
    for (let i = 0; i < CHANGED; i++) await one.api.createScore(score(traceId, i));
    await until(() => isSettled(one));
    const expected = (await two.api.listScores({ limit: 1 })).data.length + CHANGED;
    const caughtUp = await timed(async () => {
      await two.api.pauseSync(false);
      await until(async () => (await scoresOf(two)) >= expected);
    });
    const seedsPerSecond = SEEDS / (await timed(simulateAll));
    report(
      'sync',
      [
        { name: 'first push of what is stored (aim 15,000)', value: (SPANS + INGEST_SPANS) / pushed, unit: 'spans/s' },
        { name: 'annotation on the other desktop p50', value: percentile(seen, 0.5), unit: 'ms' },
        { name: 'annotation on the other desktop p95 (aim 500)', value: percentile(seen, 0.95), unit: 'ms' },
        { name: `catching up with ${CHANGED} changes (aim 2 for 1,000)`, value: caughtUp, unit: 's' },
        { name: 'ingest alone', value: INGEST_SPANS / alone, unit: 'spans/s' },
        { name: 'ingest while all of it is pushed', value: INGEST_SPANS / syncing, unit: 'spans/s' },
        { name: 'ratio (aim 0.8)', value: alone / syncing, unit: 'of alone' },
        { name: 'simulated seeds without a finding', value: SEEDS, unit: 'seeds' },
        { name: 'the same', value: seedsPerSecond, unit: 'seeds/s' },
      ],
      { spans: SPANS, annotations: ANNOTATIONS },
    );
  } finally {
    for (const one of running.reverse()) await one.stop();
    await folder.remove();
    await postgres.stop();
  }
}

/** @returns seconds */
async function timed(run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return (performance.now() - startedAt) / 1_000;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

async function connect({ api }: Desktop, owner: TeamClient, projectId: string, server: string): Promise<void> {
  await api.connectSync({ server, apiKey: (await desktopKey(owner, projectId)).key });
}

/** @returns seconds */
async function send({ spoor }: Desktop, first: number, spans: number): Promise<number> {
  const batches = Array.from({ length: spans / BATCH_SPANS }, (_, n) => loadBatch(first / BATCH_SPANS + n));
  return (await sendLoad(spoor.ready.otlpHttp, batches, 4)).seconds;
}

async function spansOf(client: TeamClient): Promise<number> {
  return (await client.ask('get', '/v1/status')).body.counts?.spans ?? 0;
}

/** Milliseconds from the call on one desktop to the text on the other. */
async function annotate(one: Desktop, two: Desktop, traceId: string): Promise<number[]> {
  const times: number[] = [];
  const about = { traceId, spanId: null, sessionId: null, bookmarked: false };
  let annotation = await one.api.createAnnotation({ ...about, note: 'first' });
  for (let i = 0; i < ANNOTATIONS; i++) {
    const note = `look ${i}`;
    const seconds = await timed(async () => {
      annotation = await one.api.updateAnnotation(annotation.id, annotation.version, { bookmarked: false, note });
      await until(async () => (await two.api.traceAnnotations(traceId))[0]?.note === note);
    });
    times.push(seconds * 1_000);
    // As people do: not at once, and at no beat.
    await new Promise((resolve) => setTimeout(resolve, 50 + (i % 7) * 40));
  }
  return times;
}

function score(traceId: string, i: number) {
  const about = { traceId, spanId: null, sessionId: null };
  return { ...about, name: `score ${i}`, value: i, label: null, comment: '', source: 'human' } as const;
}

async function scoresOf({ api }: Desktop): Promise<number> {
  let count = 0;
  for (let cursor: string | undefined; ; ) {
    const { data, pagination } = await api.listScores({ limit: 100, cursor });
    count += data.length;
    if (pagination.nextCursor === null) return count;
    cursor = pagination.nextCursor;
  }
}

async function simulateAll(): Promise<void> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { problems } = await simulate(seed);
    if (problems.length > 0) throw new Error(`seed ${seed}: ${problems.join('; ')}`);
  }
}

void main();
