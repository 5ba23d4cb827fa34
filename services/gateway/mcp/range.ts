/** Times as agents write them: RFC 3339, epoch nanoseconds, or how long ago. */
import { z } from 'zod';
import { SpoorError } from '../../../core/model/errors';
import { nsFromText, timeAgo } from '../../../core/model/time';

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const TIME = 'RFC 3339 such as 2026-01-31T12:00:00Z, or an age such as 15m, 24h or 7d';

export const RANGE = {
  from: z.string().max(64).optional().describe(`Not before: ${TIME}`),
  to: z.string().max(64).optional().describe('Before: the same'),
};

interface Given {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** @throws SpoorError VALIDATION_ERROR */
export function rangeOf({ from, to }: Given, nowMs = Date.now()): Given {
  return { from: timeOf('from', from, nowMs), to: timeOf('to', to, nowMs) };
}

/** @throws SpoorError VALIDATION_ERROR */
export function timeOf(field: string, text: string | undefined, nowMs = Date.now()): string | undefined {
  if (text === undefined || text === '') return undefined;
  const [, count, unit] = /^(\d{1,9})\s?([smhd])$/.exec(text.trim()) ?? [];
  if (count !== undefined) return timeAgo(Number(count) * SECONDS[unit as keyof typeof SECONDS], nowMs);
  if (nsFromText(text) !== null) return text;
  const message = `${field}: ${JSON.stringify(text)} is no time. Write ${TIME}.`;
  throw new SpoorError('VALIDATION_ERROR', message, [{ field, code: 'time', message }]);
}
