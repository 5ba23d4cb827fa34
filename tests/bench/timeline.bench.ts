/**
 * Opening, panning and zooming traces of 10,000 to 1,000,000 spans in a browser: from click, and from a fresh browser's navigation, to
 * painted rows; frames while gestures go on; memory of the page and of the timeline worker. Chromium renders in software here
 * unless the machine has a GPU: the painter used is part of the result.
 */
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { openInElectron } from '../e2e/app';
import { type RunningSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { BIG_TRACE_SIZES, bigTrace, bigTraceId } from './big-trace';
import { type Gesture, measureFrames } from './frame-meter';
import { sendLoad } from './load';
import { residentBytes } from './memory';
import { type Figure, percentile, report, SHORT } from './report';
import { timelineMemory } from './timeline-memory';

const SIZES = SHORT ? [10_000, 100_000] : BIG_TRACE_SIZES;
const LARGEST = SIZES[SIZES.length - 1] as number;
const OPENS = SHORT ? 1 : 5;
const FRAMES = SHORT ? 60 : 200;
const SIZE = { width: 1440, height: 900 };
const GESTURES: readonly (readonly [string, string, readonly Gesture[]])[] = [
  ['1', 'waterfall', ['scroll', 'zoom', 'pan', 'hover']],
  ['2', 'lanes', ['zoom', 'pan', 'hover']],
];

async function main(): Promise<void> {
  const binary = JSON.parse(process.env.SPOOR_E2E_BROWSER ?? 'null') as {
    executablePath: string;
    args: string[];
  } | null;
  if (!binary) throw new Error('This benchmark needs a browser: apt-get install chromium');
  const folder = await temporaryFolder();
  const dataDir = join(folder.path, 'spoor');
  const spoor = await startSpoor(dataDir);
  try {
    await spoor.get('/v1/traces');
    for (const spans of SIZES) await sendLoad(spoor.ready.otlpHttp, [...bigTrace(spans)], 4);
    const figures: Figure[] = [];
    for (const spans of SIZES) figures.push(...(await opening(binary, spoor, spans)));
    const { figures: frames, painter } = await gestures(binary, spoor);
    figures.push(...frames);
    await spoor.stop();
    figures.push(...(await timelineMemory(dataDir, bigTraceId(LARGEST))));
    const desktop = SHORT ? null : await inElectron(dataDir);
    figures.push(...(desktop?.figures ?? []));
    const ratio = (figures.find(({ name }) => name === `click to painted, ${LARGEST} spans`)?.value ?? 0) / LARGEST;
    const small = (figures.find(({ name }) => name === 'click to painted, 10000 spans')?.value ?? 0) / 10_000;
    figures.push({ name: 'time a span, largest to smallest trace', value: ratio / small, unit: '' });
    const screens = ['Chromium, headless', ...(desktop ? [`Electron ${desktop.version}`] : [])];
    report('timeline', figures, { painter, screens, spans: SIZES });
  } finally {
    if (spoor.process.exitCode === null) await spoor.stop();
    await folder.remove();
  }
}

/** From a click in the list, and from navigating a fresh browser to the trace, to its rows on screen. */
async function opening(
  binary: { executablePath: string; args: string[] },
  spoor: RunningSpoor,
  spans: number,
): Promise<Figure[]> {
  const clicks: number[] = [];
  const navigations: number[] = [];
  for (let n = 0; n < OPENS; n++) {
    const browser = await chromium.launch(binary);
    try {
      const page = await listPage(browser, spoor);
      clicks.push(await clickToPainted(page, spans));
      // Back in the list the worker forgets the trace: the next opening reads it again.
      await page.evaluate(() => {
        window.location.hash = '#/traces';
      });
      await page.waitForTimeout(200);
    } finally {
      await browser.close();
    }
    const fresh = await chromium.launch(binary);
    try {
      const page = await (await fresh.newContext({ viewport: SIZE })).newPage();
      await page.addInitScript((token) => sessionStorage.setItem('spoor.token', token), spoor.ready.token);
      await page.goto(`${spoor.ready.ui}/#/trace/${bigTraceId(spans)}`);
      const mark = await page.waitForFunction(() => performance.getEntriesByName('trace painted')[0]?.startTime);
      navigations.push((await mark.jsonValue()) as number);
      await page.evaluate(() => {
        window.location.hash = '#/traces';
      });
      await page.waitForTimeout(200);
    } finally {
      await fresh.close();
    }
  }
  return [
    { name: `click to painted, ${spans} spans`, value: percentile(clicks, 0.5), unit: 'ms' },
    { name: `navigation to painted, ${spans} spans`, value: percentile(navigations, 0.5), unit: 'ms' },
  ];
}

/** The worker forgets the trace that is left: the next opening reads it again. */
async function backToList(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.location.hash = '#/traces';
    performance.clearMarks();
  });
  await page
    .getByRole('row', { name: /gateway/ })
    .first()
    .waitFor();
  await page.waitForTimeout(500);
}

function clickToPainted(page: Page, spans: number): Promise<number> {
  return page.evaluate(async (id) => {
    const startedAt = performance.now();
    (document.querySelector(`a[href$="${id}"]`) as HTMLElement).click();
    for (;;) {
      const [mark] = performance.getEntriesByName('trace painted');
      if (mark) return mark.startTime - startedAt;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }, bigTraceId(spans));
}

async function listPage(browser: Browser, spoor: RunningSpoor): Promise<Page> {
  const page = await (await browser.newContext({ viewport: SIZE })).newPage();
  await page.goto(`${spoor.ready.ui}/#token=${spoor.ready.token}`);
  await page
    .getByRole('row', { name: /gateway/ })
    .first()
    .waitFor();
  await page.waitForTimeout(300);
  return page;
}

/** Frames over the largest trace, view by view, and what the page holds meanwhile and after. */
async function gestures(
  binary: { executablePath: string; args: string[] },
  spoor: RunningSpoor,
): Promise<{ figures: Figure[]; painter: string }> {
  const browser = await chromium.launch(binary);
  const figures: Figure[] = [];
  let painter = '';
  try {
    const page = await listPage(browser, spoor);
    const idle = await rendererBytes(browser);
    await page.evaluate((id) => {
      window.location.hash = `#/trace/${id}`;
    }, bigTraceId(LARGEST));
    await page.waitForFunction(() => performance.getEntriesByName('trace painted').length > 0);
    const measured = await framesOf(page, '');
    figures.push(...measured.figures);
    painter = measured.painter;
    const open = await rendererBytes(browser);
    await page.evaluate(() => {
      window.location.hash = '#/traces';
    });
    await page.waitForTimeout(1_000);
    await (await page.context().newCDPSession(page)).send('HeapProfiler.collectGarbage');
    const closed = await rendererBytes(browser);
    if (idle !== null && open !== null && closed !== null) {
      figures.push(
        { name: 'page, resident, list only', value: idle / 2 ** 20, unit: 'MiB' },
        { name: 'page, resident, after all gestures', value: open / 2 ** 20, unit: 'MiB' },
        { name: 'page, resident, trace closed', value: closed / 2 ** 20, unit: 'MiB' },
      );
    }
  } finally {
    await browser.close();
  }
  return { figures, painter };
}

/** Frames of an open trace, view by view. */
async function framesOf(page: Page, prefix: string): Promise<{ figures: Figure[]; painter: string }> {
  const figures: Figure[] = [];
  let painter = '';
  for (const [key, view, kinds] of GESTURES) {
    await page.keyboard.press(key);
    await page.waitForTimeout(1_500);
    painter =
      (await page.evaluate(() => document.querySelector('canvas[data-painter]')?.getAttribute('data-painter'))) ??
      painter;
    for (const kind of kinds) {
      const { intervals, work } = await measureFrames(page, kind, FRAMES);
      figures.push(
        { name: `${prefix}${view}, ${kind}: main thread p95`, value: percentile(work, 0.95), unit: 'ms' },
        { name: `${prefix}${view}, ${kind}: frame interval p95`, value: percentile(intervals, 0.95), unit: 'ms' },
      );
      await page.waitForTimeout(200);
    }
  }
  return { figures, painter };
}

/** The same in the desktop window, where this machine can show one: it serves the folder itself. */
async function inElectron(dataDir: string): Promise<{ figures: Figure[]; version: string } | null> {
  if (JSON.parse(process.env.SPOOR_E2E_ELECTRON ?? 'null') === null) return null;
  const figures: Figure[] = [];
  const app = await openInElectron({ dataDir });
  try {
    const { page, desktop } = app;
    await page
      .getByRole('row', { name: /gateway/ })
      .first()
      .waitFor();
    await page.waitForTimeout(1_000);
    for (const spans of SIZES) {
      const clicks: number[] = [];
      for (let n = 0; n < OPENS; n++) {
        clicks.push(await clickToPainted(page, spans));
        if (spans === LARGEST && n === OPENS - 1) figures.push(...(await framesOf(page, 'Electron: ')).figures);
        const metrics = await desktop?.evaluate(({ app: electron }) => electron.getAppMetrics());
        const tab = metrics?.find(({ type }) => type === 'Tab');
        if (tab && spans === LARGEST && n === OPENS - 1) {
          figures.push({ name: 'Electron: page, working set', value: tab.memory.workingSetSize / 1024, unit: 'MiB' });
        }
        await backToList(page);
      }
      figures.push(
        { name: `Electron: click to painted, ${spans} spans, first time`, value: clicks[0] as number, unit: 'ms' },
        { name: `Electron: click to painted, ${spans} spans`, value: percentile(clicks, 0.5), unit: 'ms' },
      );
    }
    return { figures, version: (await desktop?.evaluate(() => process.versions.electron)) ?? '' };
  } finally {
    await app.close();
  }
}

/** Resident memory of the largest renderer process; null where /proc does not tell. */
async function rendererBytes(browser: Browser): Promise<number | null> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentBytes(id) ?? 0);
  const largest = Math.max(0, ...sizes);
  return largest === 0 ? null : largest;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
