/**
 * 5,000 spans a second from a steady sender: how long an acknowledgement and the list take meanwhile; then, with a page open, how
 * long a new trace takes to the screen.
 */
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { traceRequest } from '../../core/samples/otlp-builder';
import { type RunningSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { BATCH_SPANS, loadBatch, sendLoad } from './load';
import { MemoryWatch } from './memory';
import { percentile, report, SHORT } from './report';

const SPANS_PER_SECOND = 5_000;
const SECONDS = SHORT ? 10 : 60;
/** What is stored before: a list of nothing is quick. */
const STORED_SPANS = SHORT ? 50_000 : 1_000_000;
const MARKERS = SHORT ? 10 : 60;

async function main(): Promise<void> {
  const folder = await temporaryFolder();
  try {
    const spoor = await startSpoor(join(folder.path, 'spoor'));
    await spoor.get('/v1/traces');
    const stored = Array.from({ length: STORED_SPANS / BATCH_SPANS }, (_, n) => loadBatch(n));
    await sendLoad(spoor.ready.otlpHttp, stored, 4);
    const memory = new MemoryWatch(spoor.ready.pid);
    const acknowledgements: number[] = [];
    const lists: number[] = [];
    await Promise.all([steadily(load(stored.length), spoor, acknowledgements), asking(spoor, lists)]);
    // A browser is a third program on the same cores, so it has a load of its own.
    const page = await openPage(spoor);
    const visible =
      page && (await Promise.all([steadily(load(stored.length * 2), spoor, []), markers(spoor, page)]))[1];
    await page?.context().browser()?.close();
    memory.stop();
    await spoor.stop();
    report(
      'live',
      [
        { name: 'acknowledgement p50', value: percentile(acknowledgements, 0.5), unit: 'ms' },
        { name: 'acknowledgement p99', value: percentile(acknowledgements, 0.99), unit: 'ms' },
        { name: 'list p50', value: percentile(lists, 0.5), unit: 'ms' },
        { name: 'list p95', value: percentile(lists, 0.95), unit: 'ms' },
        ...(visible === null
          ? []
          : [
              { name: 'export to screen p50', value: percentile(visible, 0.5), unit: 'ms' },
              { name: 'export to screen p95', value: percentile(visible, 0.95), unit: 'ms' },
            ]),
        {
          name: 'ratio of p99 to p50',
          value: percentile(acknowledgements, 0.99) / percentile(acknowledgements, 0.5),
          unit: '',
        },
        { name: 'resident memory, highest', value: memory.peakBytes / 1024 ** 2, unit: 'MiB' },
      ],
      { spansPerSecond: SPANS_PER_SECOND, seconds: SECONDS, storedSpans: STORED_SPANS, screen: visible && 'Chromium' },
    );
  } finally {
    await folder.remove();
  }
}

function load(first: number): Uint8Array[] {
  return Array.from({ length: (SPANS_PER_SECOND * SECONDS) / BATCH_SPANS }, (_, n) => loadBatch(first + n));
}

/** Sends by the clock, whether or not the last was answered: a slow answer must not slow the sender. */
async function steadily(batches: readonly Uint8Array[], spoor: RunningSpoor, latencies: number[]): Promise<void> {
  const everyMs = (BATCH_SPANS / SPANS_PER_SECOND) * 1_000;
  const startedAt = performance.now();
  const answers: Promise<void>[] = [];
  for (const [i, batch] of batches.entries()) {
    const waitMs = startedAt + i * everyMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const sentAt = performance.now();
    answers.push(post(spoor, batch).then(() => void latencies.push(performance.now() - sentAt)));
  }
  await Promise.all(answers);
}

async function post(spoor: RunningSpoor, body: Uint8Array): Promise<void> {
  const answer = await spoor.post('/v1/traces', body as Uint8Array<ArrayBuffer>);
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`the receiver answered ${answer.status}`);
}

async function asking(spoor: RunningSpoor, latencies: number[]): Promise<void> {
  const until = performance.now() + SECONDS * 1_000;
  while (performance.now() < until) {
    const askedAt = performance.now();
    const { status } = await spoor.get('/v1/traces?limit=50');
    if (status !== 200) throw new Error(`the list answered ${status}`);
    latencies.push(performance.now() - askedAt);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The list in a browser, before the load begins; null where there is none. */
async function openPage(spoor: RunningSpoor): Promise<Page | null> {
  const binary = JSON.parse(process.env.SPOOR_E2E_BROWSER ?? 'null') as {
    executablePath: string;
    args: string[];
  } | null;
  if (!binary) return null;
  const browser = await chromium.launch(binary);
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.goto(`${spoor.ready.ui}/#token=${spoor.ready.token}`);
  await page.getByRole('grid').or(page.getByRole('table')).first().waitFor();
  await page.waitForTimeout(2_000);
  return page;
}

/** Milliseconds from exporting a trace to its name on the page. */
async function markers(spoor: RunningSpoor, page: Page): Promise<number[]> {
  const latencies: number[] = [];
  for (let n = 0; n < MARKERS; n++) {
    const name = `marker-${n}-`;
    const seen = page.waitForFunction((text) => document.body.textContent.includes(text), name, { polling: 'raf' });
    const sentAt = performance.now();
    await sendMarker(spoor, n, name);
    await seen;
    latencies.push(performance.now() - sentAt);
    await new Promise((resolve) => setTimeout(resolve, (SECONDS * 900) / MARKERS));
  }
  return latencies;
}

async function sendMarker(spoor: RunningSpoor, n: number, name: string): Promise<void> {
  const now = BigInt(Date.now()) * 1_000_000n;
  const traceId = (0xfeed_0000 + n).toString(16).padStart(32, '0');
  const span = { traceId, spanId: 'a'.repeat(16), service: 'marker', name, startNs: now, endNs: now + 1_000_000n };
  const answer = await spoor.post('/v1/traces', traceRequest([span]));
  if (answer.status !== 200) throw new Error(`the receiver answered ${answer.status}`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
