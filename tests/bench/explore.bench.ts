/**
 * The explore screen over a million spans in a real browser: from what the user does to what it shows, while a thousand spans a
 * second arrive. Chromium renders in software here unless the machine has a GPU.
 *
 *   --data DIR   keep the stored spans there, and use those that are
 */
import { join } from 'node:path';
import { type Browser, expect as briefly, chromium, type Page } from '@playwright/test';
import { startSpoor } from '../fixtures/spoor';
import { sendLoad } from './load';
import { type Figure, percentile, report, SHORT } from './report';
import { STORED_TRACE_SPANS, storedRequests } from './stored-load';
import { benchFolder, storeTraces } from './stored-spoor';

/** Groups look for five seconds. */
const expect = briefly.configure({ timeout: 20_000 });
const TRACES = SHORT ? 400 : 20_000;
const RUNS = SHORT ? 1 : 5;
const LIVE_TRACES = 20;
const LIVE_EVERY_MS = 1_000;

interface Step {
  readonly name: string;
  /** Does it, and resolves once the screen shows the answer. */
  readonly run: (page: Page) => Promise<void>;
}

const rows = (page: Page) => page.getByRole('grid').getByRole('row');
const search = (page: Page) => page.getByRole('textbox', { name: 'Search traces' });
const settled = (page: Page) => expect(page.getByRole('grid')).toHaveAttribute('aria-busy', 'false');

/** Each begins where the one before left the screen. */
const STEPS: readonly Step[] = [
  {
    name: 'attribute typed to rows',
    run: async (page) => {
      await search(page).fill('{ span.http.route = "/api/items/7" }');
      await expect(page.getByTitle(/spans match/).first()).toBeVisible();
      await settled(page);
    },
  },
  {
    name: 'words typed to rows',
    run: async (page) => {
      await search(page).fill('timed status:error');
      await expect(page.getByText('Edit as TraceQL')).toBeVisible();
      await settled(page);
    },
  },
  {
    name: 'search cleared to rows',
    run: async (page) => {
      await search(page).fill('');
      await expect(page.getByText('Edit as TraceQL')).toBeHidden();
      await settled(page);
    },
  },
  {
    name: 'click on a facet to rows',
    run: async (page) => {
      await page.getByRole('checkbox', { name: /^payments/ }).check();
      await expect(page.getByTitle(/spans match/).first()).toBeVisible();
      await settled(page);
      await page.getByRole('checkbox', { name: /^payments/ }).uncheck();
      await expect(page.getByTitle(/spans match/)).toHaveCount(0);
    },
  },
  {
    name: 'click on Duration to sorted rows',
    run: async (page) => {
      await page.getByRole('button', { name: 'Duration' }).click();
      await expect(page.getByRole('columnheader', { name: /Duration/ })).toHaveAttribute('aria-sort', 'descending');
      await settled(page);
      await page.getByRole('button', { name: 'Started' }).click();
      await settled(page);
    },
  },
  {
    name: 'choice of the heatmap to its cells',
    run: async (page) => {
      await page.getByLabel('Chart').selectOption('heatmap');
      await expect(page.getByRole('img', { name: 'Traces by time and duration' })).toBeVisible();
      await page.getByLabel('Chart').selectOption('histogram');
    },
  },
  {
    name: 'choice of a group to its table (looks for five seconds at most)',
    run: async (page) => {
      await page.getByRole('button', { name: /^Group by/ }).click();
      await page.getByRole('combobox', { name: 'Group by: find a field' }).fill('resource.service.name');
      await page.getByRole('option', { name: /^resource\.service\.name/ }).click();
      await expect(page.getByRole('table').getByRole('row').nth(1)).toBeVisible();
      await page.getByRole('button', { name: /^Group by/ }).click();
      await page.getByRole('option', { name: 'nothing' }).click();
      await expect(rows(page).nth(1)).toBeVisible();
    },
  },
  {
    name: 'ten pages scrolled',
    run: async (page) => {
      await page.keyboard.press('Escape');
      await page.getByRole('grid').hover();
      for (let i = 0; i < 60; i++) await page.mouse.wheel(0, 600);
      await expect(page.getByRole('row', { selected: false }).last()).toBeVisible();
      await page.keyboard.press('Escape');
    },
  },
];

async function main(): Promise<void> {
  const binary = JSON.parse(process.env.SPOOR_E2E_BROWSER ?? 'null') as {
    executablePath: string;
    args: string[];
  } | null;
  if (!binary) throw new Error('This benchmark needs a browser: apt-get install chromium');
  const folder = await benchFolder();
  const dataDir = join(folder.path, 'explored');
  await storeTraces(dataDir, TRACES);
  const spoor = await startSpoor(dataDir);
  const browser: Browser = await chromium.launch(binary);
  const stop = new AbortController();
  try {
    const live = keepSending(spoor.ready.otlpHttp, stop.signal);
    const taken = new Map<string, number[]>();
    const note = (name: string, ms: number): void => {
      taken.set(name, [...(taken.get(name) ?? []), ms]);
    };
    for (let run = 0; run < RUNS; run++) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      let startedAt = performance.now();
      await page.goto(`${spoor.ready.ui}/#token=${spoor.ready.token}`);
      await expect(rows(page).nth(1)).toBeVisible();
      note('navigation of a fresh page to rows', performance.now() - startedAt);
      for (const { name, run: step } of STEPS) {
        startedAt = performance.now();
        await step(page);
        note(name, performance.now() - startedAt);
      }
      await page.close();
    }
    stop.abort();
    const spansPerSecond = await live;
    const figures: Figure[] = [...taken].map(([name, values]) => {
      return { name, value: percentile(values, 0.5), unit: 'ms' };
    });
    figures.push({ name: 'ingest meanwhile', value: spansPerSecond, unit: 'spans/s' });
    report('explore', figures, { storedSpans: TRACES * STORED_TRACE_SPANS, runs: RUNS, screen: 'Chromium, headless' });
  } finally {
    stop.abort();
    await browser.close();
    await spoor.stop();
    await folder.remove();
  }
}

/** New traces at a steady pace. @returns spans a second */
async function keepSending(otlpHttp: string, stop: AbortSignal): Promise<number> {
  const startedAt = performance.now();
  let sent = 0;
  for (let first = TRACES + Math.floor(Math.random() * 1e6); !stop.aborted; first += LIVE_TRACES) {
    const nextAt = performance.now() + LIVE_EVERY_MS;
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    await sendLoad(otlpHttp, [...storedRequests(first, first + LIVE_TRACES, first + LIVE_TRACES, nowNs)], 1);
    sent += LIVE_TRACES * STORED_TRACE_SPANS;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, nextAt - performance.now())));
  }
  return (sent * 1_000) / (performance.now() - startedAt);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
