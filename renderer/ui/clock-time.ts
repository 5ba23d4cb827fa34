/**
 * How times read: local ones, or UTC where that is chosen, in one form everywhere, and with the zone wherever a date stands with them. Put together by hand:
 * a list draws thousands of times, and `toLocaleTimeString` makes a formatter for nearly each.
 */
const DAY_MS = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'];

/** As the API sends it, or in milliseconds. */
export type Time = string | number | Date;

export type TimeZone = 'local' | 'UTC';

let zone: TimeZone = 'local';

/** What is drawn already stays as it is until it is drawn again. */
export function setTimeZone(chosen: TimeZone): void {
  zone = chosen;
}

/** Minutes from UTC to the zone at that time, as east is positive. */
function offsetMinutes(time: Time): number {
  return zone === 'UTC' ? 0 : -new Date(time).getTimezoneOffset();
}

/** A date whose UTC fields are those of the zone. */
function inZone(time: Time): Date {
  const date = new Date(time);
  return new Date(date.getTime() + offsetMinutes(date) * 60_000);
}

/** 2024-10-30T14:02:31, as a field for dates and times takes it. */
export function inputText(time: Time): string {
  return inZone(time).toISOString().slice(0, 19);
}

/** What is in such a field, in milliseconds; NaN: no time. */
export function inputMs(text: string): number {
  return zone === 'UTC' ? Date.parse(`${text}Z`) : Date.parse(text);
}

export function isSameDay(one: Time, other: Time): boolean {
  return dayText(one) === dayText(other);
}

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
  return `${minuteText(time)}:${twoDigits(new Date(time).getUTCSeconds())}`;
}

/** 14:02 */
export function minuteText(time: Time): string {
  const date = inZone(time);
  return `${twoDigits(date.getUTCHours())}:${twoDigits(date.getUTCMinutes())}`;
}

/** 30 Oct 2024 */
export function dayText(time: Time, timeZone?: 'UTC'): string {
  if (timeZone === undefined) return `${dayOfYearText(time)} ${inZone(time).getUTCFullYear()}`;
  const date = new Date(time);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** 30 Oct */
export function dayOfYearText(time: Time): string {
  const date = inZone(time);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** Of today the minute, else the day as well. */
export function recentText(time: Time, now: Date): string {
  return isSameDay(time, now) ? minuteText(time) : `${dayText(time)}, ${minuteText(time)}`;
}

/** UTC, UTC+1, UTC-3:30: as it was at that time, summer or winter. */
export function zoneText(time: Time): string {
  const minutes = offsetMinutes(time);
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '\u2212' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}
