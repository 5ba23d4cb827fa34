/** Traces and spans as agents name them: by id, by the beginning of one, by the link of a screen, or by a traceparent header. */
import { z } from 'zod';
import { SpoorError } from '../../../core/model/errors';
import { parseSpanId, parseTraceId } from '../../../core/model/ids';
import type { Asked } from './tool';

const LEAST_DIGITS = 16;
const SHOWN = 5;

export const TRACE = z
  .string()
  .min(1)
  .max(500)
  .describe('32 hex digits; the first 16 or more, a link to the trace or a traceparent header will do');
export const SPAN = z.string().min(1).max(64).describe('16 hex digits');

const IN_LINK = /#\/trace\/([0-9a-f]{16,32})(?:\/([0-9a-f]{16}))?/i;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/i;

function refused(field: string, message: string): SpoorError {
  return new SpoorError('VALIDATION_ERROR', `${field}: ${message}`, [{ field, code: 'invalid', message }]);
}

/** @throws SpoorError saying what to do next where no trace, or more than one, is meant */
export async function traceNamed(
  { api, signal }: Asked<'listTraces'>,
  text: string,
  field = 'traceId',
): Promise<string> {
  const trimmed = text.trim();
  const [, id = trimmed.toLowerCase()] = IN_LINK.exec(trimmed) ?? TRACEPARENT.exec(trimmed) ?? [];
  const whole = parseTraceId(id.toLowerCase());
  if (whole !== null) return whole;
  if (!/^[0-9a-f]+$/i.test(id) || id.length < LEAST_DIGITS || id.length > 32) {
    throw refused(field, 'is no trace id, which has 32 hex digits. Find traces with search_traces.');
  }
  const { data, search } = await api.listTraces({ query: id, limit: SHOWN + 1, waitMs: 5_000 }, signal);
  const matching = data.filter(({ traceId }) => traceId.startsWith(id.toLowerCase()));
  const [first] = matching;
  if (!first) {
    const doubt = search.complete ? '' : ' as far as time allowed to look';
    throw new SpoorError(
      'NOT_FOUND',
      `${field}: no stored trace begins with ${id}${doubt}. Find traces with search_traces.`,
    );
  }
  if (matching.length === 1) return first.traceId;
  const shown = matching.slice(0, SHOWN).map(({ traceId }) => traceId);
  const more = matching.length > SHOWN ? ' and others' : '';
  throw refused(field, `is ambiguous: ${shown.join(', ')}${more} begin so. Give all 32 digits.`);
}

/** The span that a link or a traceparent names besides its trace. */
export function spanInName(text: string): string | undefined {
  const [, , span] = IN_LINK.exec(text.trim()) ?? TRACEPARENT.exec(text.trim()) ?? [];
  return span?.toLowerCase();
}

/** @throws SpoorError VALIDATION_ERROR */
export function spanNamed(text: string, field = 'spanId'): string {
  const id = parseSpanId(text.trim().toLowerCase());
  if (id === null)
    throw refused(field, 'is no span id, which has 16 hex digits. outline_trace shows those of a trace.');
  return id;
}

export function spanOfNumber(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}
