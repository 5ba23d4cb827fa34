import { describe, expect, it } from 'vitest';
import { beforeText, changeOf, periodBefore, pointsOf } from '../../renderer/features/red/change';

describe('how figures moved', () => {
  it.each([
    [110, 100, '+10 %', 1],
    [90, 100, '−10 %', -1],
    [100.4, 100, 'no change', 0],
    [100.6, 100, '+1 %', 1],
    [2_500, 100, '25 times', 1],
    [0, 100, '−100 %', -1],
    [5, 0, 'none before', 1],
    [0, 0, 'no change', 0],
  ])('%d after %d: %s', (now, before, text, direction) => {
    expect(changeOf(now, before)).toEqual({ text, direction });
  });

  it('says nothing of what is not known', () => {
    expect([changeOf(null, 1), changeOf(1, null), pointsOf(null, 1)]).toEqual([null, null, null]);
  });

  it('counts shares in points', () => {
    expect(pointsOf(0.98, 0.995)).toEqual({ text: '−1.5 points', direction: -1 });
    expect(pointsOf(0.99504, 0.995)).toEqual({ text: 'no change', direction: 0 });
  });

  it('looks at the same length of time before', () => {
    const now = Date.parse('2026-03-02T12:00:00Z');
    expect(periodBefore({ kind: 'last', minutes: 60 }, now)).toEqual({
      from: '2026-03-02T10:00:00.000Z',
      to: '2026-03-02T11:00:00.000Z',
    });
    expect(periodBefore({ kind: 'between', fromMs: now - 4_000, toMs: now - 1_000 }, now)).toEqual({
      from: '2026-03-02T11:59:53.000Z',
      to: '2026-03-02T11:59:56.000Z',
    });
    expect(periodBefore({ kind: 'all' }, now)).toBeNull();
    expect(beforeText({ kind: 'last', minutes: 1_440 })).toBe('the 24 hours before');
  });
});
