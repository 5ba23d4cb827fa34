/** Checks what callers send before it reaches SQL. Strings come from REST, typed values from the renderer; both are untrusted. */
import { z } from 'zod';
import type { HistogramQuery, TraceListQuery } from '../../core/api/contract';
import { type ErrorDetail, SpoorError } from '../../core/api/errors';

const MAX_LIMIT = 100;
const MAX_BUCKETS = 500;
const text = z.string().max(2_000).optional();

const TRACE_LIST = z.object({
  query: text,
  from: text,
  to: text,
  sort: z.literal('-startTime', { message: 'only -startTime (newest first) is supported' }).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).optional(),
  cursor: text,
});

const HISTOGRAM = z.object({
  query: text,
  from: text,
  to: text,
  buckets: z.coerce.number().int().min(1).max(MAX_BUCKETS).optional(),
});

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function traceListQuery(input: unknown): TraceListQuery {
  return parse(TRACE_LIST, input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function histogramQuery(input: unknown): HistogramQuery {
  return parse(HISTOGRAM, input);
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const details: ErrorDetail[] = result.error.issues.map(({ path, code, message }) => ({
    field: path.join('.'),
    code,
    message,
  }));
  const first = details[0];
  throw new SpoorError(
    'VALIDATION_ERROR',
    `${first?.field || 'The query'}: ${first?.message ?? 'is not valid'}.`,
    details,
  );
}
