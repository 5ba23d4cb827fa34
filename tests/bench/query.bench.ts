/**
 * Searching ten million spans while two thousand a second arrive: how long each kind of question takes, how that grows from a
 * tenth of the data, and how long anybody else waits meanwhile.
 *
 *   --data DIR   keep the stored spans there, and use those that are
 */
import { join } from 'node:path';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';
import { sendLoad } from './load';
import { percentile, report, SHORT } from './report';
import { STORED_TRACE_SPANS, storedRequests } from './stored-load';
import { benchFolder, storeTraces } from './stored-spoor';

const TRACES = SHORT ? 2_000 : 200_000;
const RUNS = SHORT ? 5 : 40;
const HOUR_NS = 3_600_000_000_000n;
const LIVE_TRACES_PER_REQUEST = 20;
const LIVE_EVERY_MS = 500;

interface Question {
  readonly name: string;
  /** @returns path and query of the n-th time it is asked */
  readonly path: (n: number) => string;
  readonly aimMs: number;
}

const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;
const since = (hours: bigint): string => String(nowNs() - hours * HOUR_NS);
const traces = (query: string, more: Record<string, string> = {}): string =>
  `/v1/traces?${new URLSearchParams({ query, limit: '50', ...more })}`;

const WORDS = ['checkout', 'timed', 'w5aa', 'wabc', 'upstream', 'w1f3', 'payments', 'needle7', 'nothing', 'wz1'];

const QUESTIONS: readonly Question[] = [
  { name: 'list, first page', path: () => traces(''), aimMs: 60 },
  { name: 'histogram, 24 h', path: () => `/v1/histogram?from=${since(24n)}&buckets=60`, aimMs: 150 },
  {
    name: 'facet, values of a resource',
    path: () => '/v1/attributes/resource.service.name/values',
    aimMs: 150,
  },
  { name: 'facet, values of an attribute', path: () => '/v1/attributes/span.http.route/values', aimMs: 150 },
  {
    name: 'attribute equality, 24 h',
    path: (n) => traces(`{ span.http.route = "/api/items/${(n * 37) % 200}" }`, { from: since(24n) }),
    aimMs: 300,
  },
  {
    name: 'rare attribute, 24 h',
    path: (n) => traces(`{ span.enduser.id = "user-${(n * 911) % 5_000}" }`, { from: since(24n) }),
    aimMs: 300,
  },
  { name: 'full text', path: (n) => traces(`{ text = "${WORDS[n % WORDS.length]}" }`), aimMs: 400 },
  {
    name: 'structural, 1 h',
    path: () => traces('{ resource.service.name = "gateway" } >> { status = error }', { from: since(1n) }),
    aimMs: 1_000,
  },
];

async function main(): Promise<void> {
  const folder = await benchFolder();
  try {
    const small = await measured(join(folder.path, 'tenth'), TRACES / 10);
    const large = await measured(join(folder.path, 'whole'), TRACES);
    const figures = QUESTIONS.flatMap(({ name, aimMs }) => [
      { name: `${name}: p95 (aim ${aimMs})`, value: percentile(large.latencies.get(name) ?? [], 0.95), unit: 'ms' },
    ]);
    // All runs together: some ask for what is rare, others for what is frequent, and a median would be one of these.
    const cost = ({ latencies }: Measurement, name: string): number =>
      (latencies.get(name) ?? []).reduce((sum, ms) => sum + ms, 0);
    const growth = (name: string): number => cost(large, name) / cost(small, name);
    report(
      'query',
      [
        ...figures,
        { name: 'list, next page: p95 (aim 60)', value: percentile(large.next, 0.95), unit: 'ms' },
        { name: 'list, first page: ratio to a tenth (aim 1.5)', value: growth('list, first page'), unit: 'times' },
        {
          name: 'attribute equality: ratio to a tenth (aim 1.5)',
          value: growth('attribute equality, 24 h'),
          unit: 'times',
        },
        { name: 'full text: ratio to a tenth (aim 1.5)', value: growth('full text'), unit: 'times' },
        { name: 'somebody else meanwhile: p99', value: percentile(large.others, 0.99), unit: 'ms' },
        { name: 'somebody else meanwhile: most', value: Math.max(...large.others), unit: 'ms' },
        { name: 'ingest meanwhile', value: large.spansPerSecond, unit: 'spans/s' },
      ],
      { storedSpans: TRACES * STORED_TRACE_SPANS, runs: RUNS },
    );
  } finally {
    await folder.remove();
  }
}

interface Measurement {
  readonly latencies: ReadonlyMap<string, number[]>;
  readonly next: number[];
  readonly others: number[];
  readonly spansPerSecond: number;
}

async function measured(dataDir: string, stored: number): Promise<Measurement> {
  await storeTraces(dataDir, stored);
  const spoor = await startSpoor(dataDir);
  const stop = new AbortController();
  const live = keepSending(spoor, stored + Math.floor(Math.random() * 1e6), stop.signal);
  let others: Promise<number[]> = Promise.resolve([]);
  try {
    const latencies = new Map<string, number[]>(QUESTIONS.map(({ name }) => [name, []]));
    const next: number[] = [];
    for (const { path } of QUESTIONS) await spoor.get(path(0));
    others = keepAsking(spoor, stop.signal);
    for (let run = 0; run < RUNS; run++) {
      for (const { name, path } of QUESTIONS) latencies.get(name)?.push((await timed(spoor, path(run))).ms);
      const first = await timed(spoor, traces(''));
      const { nextCursor } = (first.body as { pagination: { nextCursor: string } }).pagination;
      next.push((await timed(spoor, traces('', { cursor: nextCursor }))).ms);
    }
    stop.abort();
    return { latencies, next, others: await others, spansPerSecond: await live };
  } finally {
    stop.abort();
    await spoor.stop();
  }
}

async function timed(spoor: RunningSpoor, path: string): Promise<{ ms: number; body: unknown }> {
  const startedAt = performance.now();
  const { status, body } = await spoor.get(path);
  if (status !== 200) throw new Error(`${path} was answered ${status}: ${JSON.stringify(body)}`);
  return { ms: performance.now() - startedAt, body };
}

/** @returns how many spans a second were acknowledged */
async function keepSending(spoor: RunningSpoor, firstTrace: number, signal: AbortSignal): Promise<number> {
  const startedAt = performance.now();
  let sent = 0;
  for (let n = 0; !signal.aborted; n++) {
    const first = firstTrace + n * LIVE_TRACES_PER_REQUEST;
    const requests = [
      ...storedRequests(first, first + LIVE_TRACES_PER_REQUEST, first + LIVE_TRACES_PER_REQUEST, nowNs()),
    ];
    await sendLoad(spoor.ready.otlpHttp, requests, 1);
    sent += LIVE_TRACES_PER_REQUEST * STORED_TRACE_SPANS;
    const due = startedAt + (n + 1) * LIVE_EVERY_MS;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
  }
  return sent / ((performance.now() - startedAt) / 1_000);
}

/** What the smallest question takes while others are answered. */
async function keepAsking(spoor: RunningSpoor, signal: AbortSignal): Promise<number[]> {
  const latencies: number[] = [];
  while (!signal.aborted) {
    latencies.push((await timed(spoor, '/v1/operations?service=none')).ms);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return latencies;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
