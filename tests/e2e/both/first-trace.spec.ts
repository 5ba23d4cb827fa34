import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { expect } from '@playwright/test';
import { drawnSpans, traceIdOf } from '../../fixtures/traces';
import { PAGE, test } from '../app';

/** Each with the port that is open. */
const SENDERS =
  'Claude Code,Codex,Gemini CLI,Vercel AI SDK,LangGraph,OpenAI Agents,Pydantic AI,Java,.NET,Go,Python,Node,Browser,Collector,curl,Any SDK'.split(
    ',',
  );

test.use({ isFirstStart: true });

test('an empty workspace says how to send the first trace, and shows it when it comes', async ({ app }) => {
  const { page } = app;
  await expect(page.getByRole('heading', { name: 'Waiting for the first trace' })).toBeVisible();
  await expect(page.getByText(`Listening on ${app.otlpHttp.replace('http://', '')}`)).toBeVisible();
  await expect(page.getByText(`Waiting for the first span on ${app.otlpHttp}`)).toBeVisible();
  for (const sender of SENDERS) {
    await page.getByRole('tab', { name: sender, exact: true }).click();
    await expect(page.getByRole('tabpanel')).toContainText(app.otlpHttp);
  }

  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'from-the-sdk' }),
    spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter({ url: `${app.otlpHttp}/v1/traces` }))],
  });
  provider.getTracer('e2e').startSpan('hello from the SDK').end();
  const exportedAt = Date.now();
  await provider.forceFlush();
  await expect(page.getByRole('row', { name: /hello from the SDK/ })).toBeVisible();
  test.info().annotations.push({ type: 'from export to screen', description: `${Date.now() - exportedAt} ms` });
  // More come while the list is open, without a reload, the newest on top.
  await app.send([
    {
      ...drawnSpans(traceIdOf(2), 'second trace 0..5')[0],
      startNs: BigInt(Date.now()) * 1_000_000n,
      endNs: BigInt(Date.now()) * 1_000_000n,
    } as never,
  ]);
  await expect(page.getByRole('row').nth(1)).toContainText('second trace');
  await provider.shutdown();
  trace.disable();
});

test('a test trace at one click opens, and says why it failed', PAGE, async ({ app }) => {
  const { page } = app;
  await page.getByRole('button', { name: 'Send a test trace' }).click();
  await expect(page.getByRole('heading', { name: 'GET /hello' })).toBeVisible();
  await expect(page.getByRole('treeitem')).toHaveCount(3);
  await page.getByRole('button', { name: 'SELECT greeting failed, retried' }).click();
  const details = page.getByRole('complementary', { name: 'Span details' });
  await expect(details.getByText('ConnectionReset: the server closed the connection')).toBeVisible();
  await expect(details.getByText('select text from greeting where lang = $1').first()).toBeVisible();
});

test('copies a snippet', async ({ app }) => {
  const { page } = app;
  // It says so for a moment only: looked for before the click, it is not missed.
  const said = page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
  await page.getByRole('button', { name: 'Copy the Any SDK snippet' }).click();
  await said;
});
