/** Retention in the running app: limits from settings.json, and what the status says of them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PruningReport, Retention, RetentionReport } from '../../core/api/retention';
import { type SampleSpan, traceRequest } from '../../core/samples/otlp-builder';
import {
  eventually,
  FREE_PORTS,
  REPOSITORY,
  type RunningSpoor,
  runSpoor,
  startSpoor,
  temporaryFolder,
} from '../fixtures/spoor';
import { T0, traceIdOf } from '../fixtures/traces';

interface Status {
  readonly counts: { readonly traces: number; readonly spans: number };
  readonly retention: Retention;
  readonly lastPruning: PruningReport | null;
  readonly keeping: RetentionReport;
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let spoor: RunningSpoor | null = null;
beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(folder.path, { recursive: true });
});
afterEach(async () => {
  await spoor?.stop();
  spoor = null;
  await folder.remove();
});

const settings = (value: object) => writeFile(join(folder.path, 'settings.json'), JSON.stringify(value));

function spansFrom(first: number, count: number): SampleSpan[] {
  return Array.from({ length: count }, (_, i) => ({
    traceId: traceIdOf(Math.floor((first + i) / 10) + 1),
    spanId: (first + i + 1).toString(16).padStart(16, '0'),
    service: 'web',
    name: 'GET /',
    startNs: T0 + BigInt(first + i),
    endNs: T0 + BigInt(first + i) + 1_000_000n,
  }));
}

it('prunes the oldest traces, keeps a bookmarked one, and says so', async () => {
  await settings({ retention: { spans: 10_000, days: null, gigabytes: 0.5 } });
  spoor = await startSpoor(folder.path);
  const running = spoor;
  const status = async () => (await running.get<Status>('/v1/status')).body;
  expect((await status()).retention).toEqual({ days: null, bytes: 512 * 1024 ** 2, spans: 10_000 });

  await running.post('/v1/traces', traceRequest(spansFrom(0, 1_000)));
  const path = `/v1/traces/${traceIdOf(3)}`;
  const marked = await fetch(`${running.ready.ui}${path}/spans/0000000000000015/annotation`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${running.ready.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ bookmarked: true, note: '' }),
  });
  expect(marked.status).toBeLessThan(300);
  for (let n = 1; n < 40; n++) await running.post('/v1/traces', traceRequest(spansFrom(n * 1_000, 1_000)));

  const { lastPruning } = await eventually(async () => {
    const now = await status();
    return now.counts.spans <= 10_000 && now.lastPruning?.finishedAt ? now : null;
  });
  expect(lastPruning).toMatchObject({ reason: 'count', keptTraces: 1 });
  expect(lastPruning?.traces).toBeGreaterThan(100);
  expect((await running.get<{ spanCount: number }>(path)).status).toBe(200);
  const gone = await running.get<{ error: { message: string } }>(`/v1/traces/${traceIdOf(1)}`);
  expect([gone.status, JSON.stringify(gone.body)]).toEqual([404, expect.stringContaining('was pruned at')]);
});

it('refuses limits that are none', async () => {
  await settings({ retention: { days: 0 } });
  const { code, stderr } = await runSpoor(['serve', '--data-dir', folder.path, ...FREE_PORTS]);
  expect([code, stderr]).toEqual([1, expect.stringContaining('retention.days')]);
});

it('does not believe a clock in 2100 at a start, says so, and prunes once somebody says that it is right', async () => {
  const skewed = {
    NODE_OPTIONS: `--require ${join(REPOSITORY, 'tests/fixtures/skewed-clock.cjs')}`,
    SPOOR_TEST_SKEW_MS: String(74 * 365 * 86_400_000),
  };
  spoor = await startSpoor(folder.path);
  await spoor.post('/v1/traces', traceRequest(spansFrom(0, 100)));
  await spoor.stop();
  spoor = await startSpoor(folder.path, [], skewed);
  const running = spoor;
  const status = async () => (await running.get<Status>('/v1/status')).body;
  const { clock } = (
    await eventually(async () => {
      const now = await status();
      return now.counts.spans === 100 && now;
    })
  ).keeping;
  expect(clock).toMatchObject({ state: 'ahead', clock: expect.stringMatching(/^2[01]\d\d-/) });
  // Longer than it rests between two looks.
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  expect((await status()).counts.spans).toBe(100);
  const trust = () =>
    fetch(`${running.ready.ui}/v1/retention/actions/trust-clock`, {
      method: 'POST',
      headers: { authorization: `Bearer ${running.ready.token}` },
    });
  expect((await trust()).status).toBe(204);
  // There is nothing to settle any more.
  expect((await trust()).status).toBe(204);
  expect((await status()).keeping.clock).toEqual({ state: 'trusted' });
  // It was wrong after all: what was pruned comes back.
  const aside = await eventually(async () => (await status()).keeping.quarantine);
  expect(aside).toMatchObject({ spans: 100 });
  await running.post('/v1/traces', traceRequest(spansFrom(100, 10)));
  const restored = await fetch(`${running.ready.ui}/v1/retention/actions/restore-quarantine`, {
    method: 'POST',
    headers: { authorization: `Bearer ${running.ready.token}` },
  });
  expect(restored.status).toBe(202);
  await eventually(
    async () => (await status()).counts.spans === 110 && (await status()).keeping.quarantine === null,
    20_000,
  );
  // Back in our days nothing is lost: what came is as old as it was.
  await spoor.stop();
  spoor = await startSpoor(folder.path);
  const back = spoor;
  const then = await eventually(async () => {
    const { body } = await back.get<Status>('/v1/status');
    return body.keeping.clock.state === 'behind' && body;
  });
  expect(then.counts.spans).toBe(110);
});
