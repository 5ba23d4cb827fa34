/** The screen of usage: sums in which what is unknown stays unknown, what the chart stacks, and the file. */
import { describe, expect, it } from 'vitest';
import type { UsageGroup, UsageMetrics, UsageValues } from '../../core/api/usage';
import { roundedUp, seriesOf } from '../../renderer/screens/usage/chart-series';
import { stepsOf, totalOf } from '../../renderer/screens/usage/total';
import { savedText } from '../../renderer/screens/usage/UsageFigures';
import { usageCsv } from '../../renderer/screens/usage/usage-csv';
import { untilNow } from '../../renderer/screens/usage/use-usage';

const NOTHING: UsageValues = {
  calls: 0,
  errors: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  costUsd: null,
  costComplete: true,
  reportedCostUsd: null,
  cacheSavedUsd: null,
};

/** @param costs one a step; null: nobody knows */
function group(name: string | null, ...costs: (number | null)[]): UsageGroup {
  const steps = costs.map((costUsd): UsageValues => {
    return { ...NOTHING, calls: 1, inputTokens: 10, outputTokens: 5, costUsd, costComplete: costUsd !== null };
  });
  const { costUsd, costComplete, calls, inputTokens, outputTokens } = totalOf({
    ...EMPTY,
    groups: [{ ...NOTHING, name, steps: [] }, ...steps.map((step) => ({ ...step, name, steps: [] }))],
  });
  return { ...NOTHING, name, steps, costUsd, costComplete, calls, inputTokens, outputTokens };
}

const EMPTY: UsageMetrics = {
  from: '2026-01-01T00:00:00Z',
  to: '2026-01-01T00:02:00Z',
  stepSeconds: 60,
  groups: [],
  other: null,
};

describe('usage', () => {
  it('is added up without taking the unknown for 0', () => {
    const usage = { ...EMPTY, groups: [group('a', 1, null), group('b', 2, null)] };
    expect(totalOf(usage)).toMatchObject({ costUsd: 3, costComplete: false, calls: 4, inputTokens: 40 });
    expect(stepsOf(usage).map(({ costUsd, costComplete }) => [costUsd, costComplete])).toEqual([
      [3, true],
      [null, false],
    ]);
    expect(totalOf(EMPTY).costUsd).toBeNull();
    expect(stepsOf(EMPTY)).toEqual([]);
  });

  it('is stacked by the largest groups, each in a colour of its own, and the rest as one', () => {
    const groups = Array.from({ length: 12 }, (_, i) => group(`m${i}`, i, i));
    const other = { ...group('', 100, 100), count: 30 };
    const series = seriesOf({ ...EMPTY, groups, other }, 'model', 'cost');
    expect(series.map(({ name }) => name)).toEqual(['m11', 'm10', 'm9', 'm8', 'm7', 'm6', 'm5', '(other) 35 models']);
    expect(new Set(series.map(({ color }) => color)).size).toBe(8);
    const stacked = series.reduce((sum, { steps }) => sum + (steps[0]?.costUsd ?? 0), 0);
    expect(stacked).toBe(66 + 100);
    expect(seriesOf({ ...EMPTY, groups: [group(null, 1)] }, 'agent', 'calls')[0]?.name).toBe('no agent named');
  });

  it.each([
    [0, 1],
    [0.0031, 0.005],
    [1, 1],
    [1.2, 2],
    [7, 10],
    [430, 500],
  ])('has an axis to %d that ends at %d', (value, end) => {
    expect(roundedUp(value)).toBeCloseTo(end, 10);
  });

  it('says what caches saved, a loss and the unknown', () => {
    expect([savedText(1.5), savedText(-0.25), savedText(0), savedText(null)]).toEqual(['$1.50', '−$0.250', '$0', '—']);
  });

  it('does not ask for what is still to come', () => {
    const now = Date.parse('2026-01-01T12:00:00Z');
    const between = { kind: 'between', fromMs: now - 1_000, toMs: now + 5_000 } as const;
    expect(untilNow(between, now)).toEqual({ ...between, toMs: now });
    expect(untilNow({ kind: 'last', minutes: 1 }, now)).toEqual({ kind: 'between', fromMs: now - 60_000, toMs: now });
    expect(untilNow({ kind: 'all' }, now)).toEqual({ kind: 'all' });
  });

  it('is saved with unknown costs left empty and no formulas', () => {
    const [titles, ...lines] = usageCsv({ ...EMPTY, groups: [group('=1+1', 1, null), group('a "b", c', 2)] }, 'model')
      .trimEnd()
      .split('\r\n');
    expect(titles).toMatch(/^from,model,calls,.*,cost_usd,cost_complete,cache_saved_usd$/);
    expect(lines).toEqual([
      `2026-01-01T00:00:00.000Z,"'=1+1",1,0,10,5,0,0,0,1,true,`,
      `2026-01-01T00:01:00.000Z,"'=1+1",1,0,10,5,0,0,0,,false,`,
      '2026-01-01T00:00:00.000Z,"a ""b"", c",1,0,10,5,0,0,0,2,true,',
    ]);
  });
});
