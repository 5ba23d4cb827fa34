import type { TraceView } from './contract';

/** The columns of an opened trace move to the caller; everything else is small. */
export function transferablesOfReply(value: unknown): Transferable[] {
  const columns = (value as Partial<TraceView> | null)?.columns;
  if (!columns) return [];
  const { spanId, parentSpanId, startNs, durationNs, operation, status } = columns;
  return [spanId, parentSpanId, startNs, durationNs, operation, status].map(({ buffer }) => buffer);
}
