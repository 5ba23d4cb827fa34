/** Times read alike everywhere, and say their zone wherever a date stands with them. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { formatTokens } from '../../core/model/format';
import {
  clockTime,
  dayAndZone,
  inputMs,
  inputText,
  isSameDay,
  recentText,
  setTimeZone,
  timeText,
  zoneText,
} from '../../renderer/ui/clock-time';

const WINTER = '2026-01-15T13:02:31Z';
const SUMMER = '2026-07-15T13:02:31Z';

afterEach(() => {
  vi.unstubAllEnvs();
  setTimeZone('local');
});

describe('times', () => {
  it.each([
    ['UTC', 'UTC', '15 Jan 2026, 13:02:31 UTC'],
    ['Europe/Berlin', 'UTC+2', '15 Jan 2026, 14:02:31 UTC+1'],
    ['Asia/Kolkata', 'UTC+5:30', '15 Jan 2026, 18:32:31 UTC+5:30'],
    ['America/St_Johns', 'UTC−2:30', '15 Jan 2026, 09:32:31 UTC−3:30'],
  ])('say the zone that held then: %s', (zone, summer, text) => {
    vi.stubEnv('TZ', zone);
    expect(zoneText(SUMMER)).toBe(summer);
    expect(timeText(WINTER)).toBe(text);
    expect(timeText(Date.parse(WINTER))).toBe(text);
    expect(dayAndZone(WINTER)).toBe(text.replace(/\d\d:\d\d:\d\d /, ''));
  });

  it('are in UTC where that is chosen, in fields, too', () => {
    vi.stubEnv('TZ', 'Asia/Kolkata');
    expect(inputText(WINTER)).toBe('2026-01-15T18:32:31');
    expect(inputMs('2026-01-15T18:32:31')).toBe(Date.parse(WINTER));
    const night = '2026-01-15T20:00:00Z';
    expect(isSameDay(WINTER, night)).toBe(false);
    setTimeZone('UTC');
    expect(timeText(WINTER)).toBe('15 Jan 2026, 13:02:31 UTC');
    expect(inputText(WINTER)).toBe('2026-01-15T13:02:31');
    expect(inputMs('2026-01-15T13:02:31')).toBe(Date.parse(WINTER));
    expect(isSameDay(WINTER, night)).toBe(true);
  });

  it('are as precise as the range they stand in', () => {
    vi.stubEnv('TZ', 'UTC');
    const ms = Date.parse(WINTER);
    expect([60_000, 3_600_000, 2 * 86_400_000, 9 * 86_400_000].map((range) => clockTime(ms, range))).toEqual([
      '13:02:31',
      '13:02',
      '15 Jan 13:02',
      '15 Jan 2026',
    ]);
    expect(recentText(WINTER, new Date('2026-01-15T20:00:00Z'))).toBe('13:02');
    expect(recentText(WINTER, new Date('2026-01-16T20:00:00Z'))).toBe('15 Jan 2026, 13:02');
  });
});

describe('tokens', () => {
  it('have a dash where nothing is known of them', () => {
    expect([formatTokens(2_100, 310), formatTokens(12, 0), formatTokens(12, null), formatTokens(null, 3)]).toEqual([
      '2.1k → 310',
      '12 → 0',
      '12 → —',
      '— → 3',
    ]);
    expect([formatTokens(null, null), formatTokens(0, 0), formatTokens(0, null)]).toEqual(['—', '—', '—']);
  });
});
