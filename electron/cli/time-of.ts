/** Times on the command line. */
import { timeAgo } from '../../core/model/time';
import { type OptionTable, UsageError } from '../host/option-table';

export const TIME_OPTIONS = {
  from: { type: 'string', value: 'TIME', summary: 'an age such as 90s, 15m, 24h or 7d, or 2026-01-31T12:00:00Z' },
  to: { type: 'string', value: 'TIME', summary: 'the same' },
} as const satisfies OptionTable;

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** RFC 3339 as it is; `1h` as that long ago. @throws UsageError */
export function timeOf(flag: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ago = /^(\d{1,9})([smhd])$/.exec(text);
  if (ago) {
    const [, count, unit] = ago;
    return timeAgo(Number(count) * SECONDS[unit as keyof typeof SECONDS], Date.now());
  }
  if (/^\d{4}-/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new UsageError(
    `${flag} ${text} is neither a time such as 2026-01-31T12:00:00Z nor an age such as 90s, 15m, 24h or 7d.`,
  );
}
