/** When an alert would have begun and ended, and what a preview asks to know it. */
import { describe, expect, it } from 'vitest';
import { firingsIn, standingOf } from '../../core/alerts/firing';
import type { AlertRuleEdit } from '../../core/api/alert';
import type { MetricResult } from '../../core/api/search';
import { OBJECT_FIELDS } from '../../core/api/sync';
import { alerts } from '../../core/operations/alerts';
import { checkInput } from '../../core/operations/input';
import { previewAlert } from '../../services/alerts/preview-alert';
import { type Measures, readAlert } from '../../services/alerts/read-alert';

const RULE: AlertRuleEdit = {
  name: 'Errors',
  enabled: true,
  measure: 'logs',
  query: 'severity>=error',
  comparison: 'above',
  threshold: 10,
  windowSeconds: 3_600,
  forSeconds: 0,
  resolveThreshold: null,
  severity: 'warning',
  mutedUntil: null,
};
const MINUTE_MS = 60_000;
const steps = (values: readonly (number | null)[]) => values.map((value, i) => ({ atMs: i * MINUTE_MS, value }));

describe('an alert', () => {
  it('is beyond, between or back', () => {
    const of = (rule: Partial<AlertRuleEdit>, values: readonly (number | null)[]) =>
      values.map((value) => standingOf(value, { ...RULE, ...rule }));
    expect(of({}, [11, 10, null])).toEqual(['beyond', 'back', 'back']);
    expect(of({ resolveThreshold: 5 }, [11, 10, 6, 5])).toEqual(['beyond', 'between', 'between', 'back']);
    expect(of({ comparison: 'below', resolveThreshold: 20 }, [9, 10, 19, 20])).toEqual([
      'beyond',
      'between',
      'between',
      'back',
    ]);
  });

  it('begins at once, ends where it is back, and keeps its furthest value', () => {
    expect(firingsIn(steps([1, 12, 15, 3, null, 11]), RULE)).toEqual([
      { fromMs: MINUTE_MS, toMs: 3 * MINUTE_MS, value: 15 },
      { fromMs: 5 * MINUTE_MS, toMs: null, value: 11 },
    ]);
    const below = { ...RULE, comparison: 'below' as const };
    expect(firingsIn(steps([11, 9, 2, 10]), below)).toEqual([{ fromMs: MINUTE_MS, toMs: 3 * MINUTE_MS, value: 2 }]);
  });

  it('waits for as long as it has to hold, without a break', () => {
    const rule = { ...RULE, forSeconds: 120 };
    expect(firingsIn(steps([11, 11, 9, 11, 11, 11, 11, 1]), rule)).toEqual([
      { fromMs: 5 * MINUTE_MS, toMs: 7 * MINUTE_MS, value: 11 },
    ]);
  });

  it('goes on between its two thresholds', () => {
    const rule = { ...RULE, resolveThreshold: 5 };
    expect(firingsIn(steps([8, 11, 8, 6, 12, 5, 8]), rule)).toEqual([
      { fromMs: MINUTE_MS, toMs: 5 * MINUTE_MS, value: 12 },
    ]);
  });
});

describe('a preview', () => {
  const NOW_MS = Date.UTC(2026, 0, 8);
  const unasked = () => Promise.reject(new Error('nobody asks this'));
  const none = [] as readonly number[];

  it('counts logs window by window over seven days, and does not answer where not all were counted', async () => {
    let complete = true;
    const asked: number[] = [];
    const api: Measures = {
      query: unasked,
      usageMetrics: unasked,
      logHistogram: ({ from = '', to = '', buckets = 0 }) => {
        asked.push(buckets);
        const error = Array.from({ length: buckets }, (_, i) => (i === 100 ? 12 : 0));
        const levels = { unset: none, trace: none, debug: none, info: none, warn: none, fatal: none };
        return Promise.resolve({ from, to, bucketNs: 1, counts: { ...levels, error }, total: 12, complete });
      },
    };
    expect(await previewAlert(api, RULE, NOW_MS)).toEqual({
      from: '2026-01-01T00:00:00.000000000Z',
      to: '2026-01-08T00:00:00.000000000Z',
      stepSeconds: 3_600,
      unit: 'count',
      firings: [{ from: '2026-01-05T05:00:00.000000000Z', to: '2026-01-05T06:00:00.000000000Z', value: 12 }],
    });
    expect(asked).toEqual([168]);
    asked.length = 0;
    // As many windows as one question counts, in as many buckets as one histogram has.
    await previewAlert(api, { ...RULE, windowSeconds: 60 }, NOW_MS);
    expect(asked).toEqual([500, 500, 500, 500]);
    complete = false;
    await expect(previewAlert(api, RULE, NOW_MS)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  it('takes of several series the one furthest beyond', async () => {
    const result: Omit<MetricResult, 'from' | 'to' | 'stepNs'> = {
      unit: 'ns',
      complete: true,
      series: [
        { labels: { name: 'a' }, values: [null, 5, 11] },
        { labels: { name: 'b' }, values: [null, 20, 1] },
      ],
    };
    const api: Measures = {
      logHistogram: unasked,
      usageMetrics: unasked,
      query: async ({ from = '', to = '', stepNs = 0 }) => ({ kind: 'metrics', ...result, from, to, stepNs }),
    };
    const rule: AlertRuleEdit = { ...RULE, measure: 'query', query: '{ } | max_over_time(duration)' };
    const { firings, unit } = await previewAlert(api, { ...rule, windowSeconds: 86_400 }, NOW_MS);
    expect([unit, firings]).toEqual([
      'ns',
      [{ from: '2026-01-03T00:00:00.000000000Z', to: '2026-01-05T00:00:00.000000000Z', value: 20 }],
    ]);
  });

  it('does not take for the cost what was not counted yet', async () => {
    let countedSince: string | undefined;
    const api: Measures = {
      query: unasked,
      logHistogram: unasked,
      usageMetrics: async () => ({ from: '', to: '', stepSeconds: 3_600, groups: [], other: null, countedSince }),
    };
    const rule: AlertRuleEdit = { ...RULE, measure: 'cost', query: '' };
    expect(await readAlert(api, rule, NOW_MS)).toEqual({ value: 0, unit: 'USD', labels: {} });
    countedSince = '2026-01-07T23:30:00Z';
    await expect(readAlert(api, rule, NOW_MS)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
});

describe('until when a rule is muted', () => {
  it.each([
    ['2026-01-01T00:00:00Z', true],
    ['9999-12-31T23:59:59.999+14:00', true],
    ['0001-01-01T00:00:00-15:59', true],
    ['0000-01-01T00:00:00Z', false],
    ['2026-01-01T00:00:00+20:00', false],
    ['2026-01-01T00:00:00-16:00', false],
  ])('%s: %s, from people and from replicas, because the database reads no other', (mutedUntil, isTaken) => {
    const [input] = alerts.createAlertRule.input;
    if (!input) throw new Error('it takes nothing');
    const take = (): unknown => checkInput(input, { ...RULE, mutedUntil });
    if (isTaken) expect(take()).toMatchObject({ mutedUntil });
    else expect(take).toThrow('mutedUntil: is in the year 0');
    const fields = { ...RULE, mutedUntil, createdAt: '2026-01-01T00:00:00Z' };
    expect(OBJECT_FIELDS['alert-rule'].safeParse(fields).success).toBe(isTaken);
  });
});
