/**
 * How times read: local ones, in one form everywhere, and with the zone wherever a date stands with them. Put together by hand:
 * a list draws thousands of times, and `toLocaleTimeString` makes a formatter for nearly each.
 */
const DAY_MS = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'];

/** As the API sends it, or in milliseconds. */
export type Time = string | number | Date;

/** A local time as precise as the range it stands in: 14:02:31, 14:02, or 30 Oct 2024. */
export function clockTime(ms: number, rangeMs: number): string {
  if (rangeMs > 3 * DAY_MS) return dayText(ms);
  const time = rangeMs < 600_000 ? secondText(ms) : minuteText(ms);
  return rangeMs > DAY_MS ? `${dayOfYearText(ms)} ${time}` : time;
}

/** 30 Oct 2024, 14:02:31 UTC+1 */
export function timeText(time: Time): string {
  return `${dayText(time)}, ${secondText(time)} ${zoneText(time)}`;
}

/** 30 Oct 2024, UTC+1: beside a time of that day. */
export function dayAndZone(time: Time): string {
  return `${dayText(time)}, ${zoneText(time)}`;
}

/** 14:02:31 */
export function secondText(time: Time): string {
  return `${minuteText(time)}:${twoDigits(new Date(time).getSeconds())}`;
}

/** 14:02 */
export function minuteText(time: Time): string {
  const date = new Date(time);
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

/** 30 Oct 2024 */
export function dayText(time: Time, timeZone?: 'UTC'): string {
  const date = new Date(time);
  if (timeZone === undefined) return `${dayOfYearText(date)} ${date.getFullYear()}`;
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** 30 Oct */
export function dayOfYearText(time: Time): string {
  const date = new Date(time);
  return `${date.getDate()} ${MONTHS[date.getMonth()]}`;
}

/** Of today the minute, else the day as well. */
export function recentText(time: Time, now: Date): string {
  const then = new Date(time);
  return then.toDateString() === now.toDateString() ? minuteText(then) : `${dayText(then)}, ${minuteText(then)}`;
}

/** UTC, UTC+1, UTC-3:30: as it was at that time, summer or winter. */
export function zoneText(time: Time): string {
  const minutes = -new Date(time).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '\u2212' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}
