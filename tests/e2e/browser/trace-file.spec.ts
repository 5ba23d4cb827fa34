/** HTML files of traces, opened from the disk without a network; and files that come in through the window. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { test } from '../app';

const TRACE = '5'.repeat(32);
const T = 1_780_000_000_000_000_000n;
const HOSTILE =
  '</script><script>window.hacked = 1</script><img src="https://example.com/x" onerror="window.hacked = 2">';

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const message = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });

function trace(traceId: string) {
  const span = (n: number, parent: number, name: string, fromMs: number, toMs: number, more: object = {}) => ({
    traceId,
    spanId: n.toString(16).padStart(16, '0'),
    ...(parent === 0 ? {} : { parentSpanId: parent.toString(16).padStart(16, '0') }),
    name,
    kind: 1,
    startTimeUnixNano: String(T + BigInt(fromMs) * 1_000_000n),
    endTimeUnixNano: String(T + BigInt(toMs) * 1_000_000n),
    ...more,
  });
  const of = (service: string, spans: object[]) => ({
    resource: { attributes: [attribute('service.name', service)] },
    scopeSpans: [{ scope: { name: 'lib' }, spans }],
  });
  return {
    resourceSpans: [
      of('shop', [
        span(1, 0, 'POST /buy', 0, 900),
        span(2, 1, HOSTILE, 40, 120, {
          attributes: [attribute(HOSTILE, HOSTILE)],
          events: [{ name: HOSTILE, timeUnixNano: String(T + 60_000_000n) }],
        }),
        span(3, 1, 'chat gpt-4.1', 150, 700, {
          attributes: [
            attribute('gen_ai.operation.name', 'chat'),
            attribute('gen_ai.provider.name', 'openai'),
            attribute('gen_ai.request.model', 'gpt-4.1'),
            attribute('gen_ai.input.messages', JSON.stringify([message('user', `Is it in stock? ${HOSTILE}`)])),
            attribute('gen_ai.output.messages', JSON.stringify([message('assistant', 'Three are left.')])),
          ],
        }),
      ]),
      of('stock', [span(4, 1, 'reserve', 710, 880, { status: { code: 2, message: 'no stock' } })]),
    ],
  };
}

async function send(otlpHttp: string, request: object): Promise<void> {
  const response = await fetch(`${otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  expect(response.status).toBe(200);
}

test('an HTML file shows the trace by itself, and runs nothing of what was recorded', async ({ app, folder }, info) => {
  await send(app.otlpHttp, trace(TRACE));
  const response = await fetch(`${app.ui}/v1/traces/${TRACE}?format=html`, {
    headers: { authorization: `Bearer ${app.token}` },
  });
  expect(response.status).toBe(200);
  const file = join(folder, 'trace.html');
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  expect((await stat(file)).size).toBeLessThan(1_500_000);
  expect(await readFile(file, 'utf8')).toContain("default-src 'none'");

  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await app.page
      .context()
      .browser()
      ?.newContext({ colorScheme, viewport: { width: 1280, height: 720 } });
    if (!context) throw new Error('no browser');
    await context.setOffline(true);
    const page = await context.newPage();
    const asked: string[] = [];
    const failures: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => failures.push(error.message));
    page.on('console', (line) => line.type() === 'error' && failures.push(line.text()));
    await page.goto(`file://${file}`);
    await expect(page.getByRole('heading', { name: 'POST /buy' })).toBeVisible();
    await expect(page.getByRole('button', { name: '1 error' })).toBeVisible();
    const timeline = page.getByRole('application');
    await expect(timeline).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect(
      page.getByLabel('Span', { exact: true }).getByRole('heading', { name: HOSTILE, exact: true }),
    ).toBeVisible();
    await page.screenshot({ path: info.outputPath(`timeline-${colorScheme}.png`) });
    await page.getByRole('button', { name: '1 error' }).click();
    await expect(page.getByText('error: no stock')).toBeVisible();
    await page.getByLabel('Find in trace').fill('service:stock');
    await expect(page.getByText('1 match')).toBeVisible();
    await page.getByRole('button', { name: 'Conversation, 1 turn' }).click();
    await expect(page.getByText('Three are left.')).toBeVisible();
    await expect(page.getByText(`Is it in stock? ${HOSTILE}`)).toBeVisible();
    await page.screenshot({ path: info.outputPath(`conversation-${colorScheme}.png`) });
    expect(asked.filter((url) => !url.startsWith('file:'))).toEqual([]);
    expect(failures).toEqual([]);
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    await context.close();
  }
});

async function drop(page: Page, files: readonly { readonly name: string; readonly text: string }[]): Promise<void> {
  const transfer = await page.evaluateHandle((given) => {
    const made = new DataTransfer();
    for (const { name, text } of given) made.items.add(new File([text], name));
    return made;
  }, files);
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await expect(page.getByText('Drop files to import them')).toBeVisible();
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

test('files that are dropped are stored, or it is said why not', async ({ app }, info) => {
  const { page } = app;
  await expect(page.getByText('Listening on')).toBeVisible();
  const jaeger = {
    data: [
      {
        traceID: 'a1',
        spans: [
          {
            traceID: 'a1',
            spanID: 'b1',
            operationName: 'dropped',
            startTime: 1_600_000_000_000_000,
            duration: 5,
            processID: 'p1',
          },
        ],
        processes: { p1: { serviceName: 'shop', tags: [] } },
      },
    ],
  };
  await drop(page, [
    { name: 'from-jaeger.json', text: JSON.stringify(jaeger) },
    { name: 'holiday.txt', text: 'We went to the sea.' },
  ]);
  const panel = page.getByRole('region', { name: 'Imported files' });
  await expect(panel.getByText('1 span (jaeger)')).toBeVisible();
  await expect(panel.getByRole('alert')).toContainText('Nothing was imported');
  await page.screenshot({ path: info.outputPath('imported.png') });
  await panel.getByRole('button', { name: 'Show the traces' }).click();
  await expect(page.getByRole('row', { name: /dropped/ })).toBeVisible();
  await panel.getByRole('button', { name: 'Close' }).click();
  await expect(panel).toBeHidden();
});

test('JSON that is pasted is stored, and files that are chosen', async ({ app }) => {
  const { page } = app;
  await expect(page.getByText('Listening on')).toBeVisible();
  await page.evaluate(
    (text) => {
      const data = new DataTransfer();
      data.setData('text/plain', text);
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
    },
    JSON.stringify(trace('6'.repeat(32))),
  );
  const panel = page.getByRole('region', { name: 'Imported files' });
  await expect(panel.getByText('4 spans (otlp)')).toBeVisible();
  await page.goto(`${app.ui}/#/connect`);
  await page.getByLabel('Files of traces').setInputFiles({
    name: 'again.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(trace('7'.repeat(32)))),
  });
  await expect(panel.getByText('4 spans (otlp)')).toHaveCount(2);
});

test('a trace is saved from its menu by the keyboard, and a search from the list', async ({ app }, info) => {
  await send(app.otlpHttp, trace(TRACE));
  const { page } = app;
  await page.goto(`${app.ui}/#/trace/${TRACE}`);
  await expect(page.getByRole('heading', { name: 'POST /buy' })).toBeVisible();
  await page.getByRole('button', { name: 'More' }).focus();
  await page.keyboard.press('Enter');
  // A menu takes the focus when it opens.
  await expect(page.getByRole('menuitem').first()).toBeFocused();
  await page.getByRole('menuitem', { name: 'Export as' }).press('ArrowRight');
  const jaeger = page.getByRole('menuitem', { name: 'Jaeger JSON' });
  await expect(jaeger).toBeVisible();
  await page.screenshot({ path: info.outputPath('menu.png') });
  const [download] = await Promise.all([page.waitForEvent('download'), jaeger.press('Enter')]);
  expect(download.suggestedFilename()).toMatch(/^spoor-trace-5+\.json$/);
  const saved = JSON.parse(await readFile(await download.path(), 'utf8'));
  expect(saved.data[0].spans).toHaveLength(4);

  await page.goto(`${app.ui}/#/traces`);
  await page.getByRole('button', { name: 'Export' }).click();
  await expect(page.getByRole('menuitem', { name: 'CSV, a row per span' })).toBeVisible();
  await page.screenshot({ path: info.outputPath('list.png') });
  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'CSV, a row per span' }).click(),
  ]);
  expect((await readFile(await csv.path(), 'utf8')).split('\r\n')).toHaveLength(1 + 4 + 1);
});
