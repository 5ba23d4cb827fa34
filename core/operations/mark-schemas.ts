/** What marks on traces, spans and sessions have in common. */
import { z } from 'zod';
import { limit, text } from './schemas';

export const TARGET = z.object({
  traceId: z.string().max(64).nullable().default(null),
  spanId: z.string().max(32).nullable().default(null),
  sessionId: z.string().min(1).max(10_000).nullable().default(null),
});

type Target = z.output<typeof TARGET>;

export const isOneTarget = ({ traceId, spanId, sessionId }: Target): boolean =>
  (traceId === null) !== (sessionId === null) && (spanId === null || traceId !== null);

export const isNoTarget = ({ traceId, spanId, sessionId }: Target): boolean =>
  traceId === null && spanId === null && sessionId === null;

export const ONE_TARGET = {
  message: 'say what it is about: traceId, traceId and spanId, or sessionId',
  path: ['traceId'],
};

/** Of a list of marks. */
export const MARK_LIST = z.object({ traceId: text, sessionId: text, limit, cursor: text });
