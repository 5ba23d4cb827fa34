/** Alerts from rule to alarm, over the receivers as they run. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Alert, AlertRule } from '../../core/api/alert';
import { traceRequest } from '../../core/samples/otlp-builder';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';
import { traceIdOf } from '../fixtures/traces';

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;

beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
});
afterAll(async () => {
  await spoor.stop();
  await folder.remove();
});

let sent = 0;
const send = (count: number, attributes: Record<string, string | number>): Promise<unknown> => {
  const endNs = BigInt(Date.now()) * 1_000_000n;
  const spans = Array.from({ length: count }, () => {
    const spanId = (++sent).toString(16).padStart(16, '0');
    return {
      traceId: traceIdOf(sent),
      spanId,
      service: 'shop',
      name: 'pay',
      startNs: endNs - 2_000_000n,
      endNs,
      attributes,
    };
  });
  return spoor.post('/v1/traces', traceRequest(spans));
};
const ask = async (method: string, path: string, body?: object) => {
  const response = await fetch(`${spoor.ready.ui}${path}`, {
    method,
    headers: { authorization: `Bearer ${spoor.ready.token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json().catch(() => null) };
};
const ruleOf = async (id: string): Promise<AlertRule | undefined> =>
  (await spoor.get<{ data: AlertRule[] }>('/v1/alert-rules')).body.data.find((rule) => rule.id === id);
const alertsOf = async (id: string): Promise<Alert[]> =>
  (await spoor.get<{ data: Alert[] }>('/v1/alerts')).body.data.filter(({ ruleId }) => ruleId === id);

it('a rule says what it measures before it is kept', async () => {
  await send(6, { 'shop.region': 'north' });
  await send(3, { 'shop.region': 'south' });
  const measured = async (rule: object) =>
    (await ask('POST', '/v1/alert-rules/actions/try', { name: 'x', threshold: 1, ...rule })).body;
  expect(await measured({ query: '{ span.shop.region = "north" }' })).toEqual({ value: 6, unit: 'count', labels: {} });
  const byRegion = '{ } | count_over_time() by (span.shop.region)';
  expect(await measured({ query: byRegion })).toMatchObject({ value: 6, labels: { 'span.shop.region': 'north' } });
  expect(await measured({ query: byRegion, comparison: 'below' })).toMatchObject({ value: 3 });
  expect(await measured({ query: '{ } | quantile_over_time(duration, 0.95)' })).toMatchObject({ unit: 'ns' });
  expect(await measured({ query: '{ name = "none" } | avg_over_time(duration)' })).toMatchObject({ value: null });
  expect(await measured({ measure: 'cost' })).toEqual({ value: 0, unit: 'USD', labels: {} });
  for (const bad of [
    { query: '{ nonsense' },
    { query: '' },
    { query: '{ }', windowSeconds: 5 },
    { query: '{ }', threshold: 'much' },
  ]) {
    expect((await ask('POST', '/v1/alert-rules', { name: 'x', threshold: 1, ...bad })).status).toBe(400);
  }
});

it('alerts when its number goes beyond its threshold', async () => {
  const quiet = {
    name: 'No payments',
    query: '{ span.shop.kind = "pay" } | count_over_time()',
    comparison: 'below',
    threshold: 1,
  };
  const { status, body } = await ask('POST', '/v1/alert-rules', quiet);
  expect(status).toBe(201);
  await expect.poll(async () => (await ruleOf(body.id))?.firingSince, { timeout: 60_000 }).toEqual(expect.any(String));
  expect(await alertsOf(body.id)).toMatchObject([{ value: 0, unit: 'count', threshold: 1, endedAt: null }]);
});
