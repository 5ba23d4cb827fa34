/** Reads a trace from the store into columns. */

import type { TraceSummary } from '../model/trace-summary';
import { decodeTraceColumns, type OperationRef, type TraceColumns } from './trace-columns';

/** The spans of a trace as they come from the database. */
export interface TraceSpans {
  readonly summary: TraceSummary;
  /** What times are to be relative to: epoch nanoseconds of the trace's start. */
  readonly originNs: string;
  /** Binary COPY of TRACE_COLUMNS_SQL. */
  readonly rows: Uint8Array<ArrayBuffer>;
  /** What to ask for the next time, to get only spans stored since. */
  readonly mark: string;
}

export interface TraceSource {
  traceSpans(traceId: string, since: string | null): Promise<TraceSpans>;
  operations(ids: readonly number[]): Promise<readonly OperationRef[]>;
}

export interface LoadedColumns {
  readonly summary: TraceSummary;
  readonly columns: TraceColumns;
  readonly mark: string;
}

/** @param since the `mark` of an earlier call: only spans stored after it; null: all @throws SpoorError NOT_FOUND */
export async function loadTrace(
  source: TraceSource,
  traceId: string,
  since: string | null = null,
): Promise<LoadedColumns> {
  const { summary, originNs, rows, mark } = await source.traceSpans(traceId, since);
  const { columns, operationIds } = decodeTraceColumns(rows, originNs);
  return { summary, columns: { ...columns, operations: await source.operations(operationIds) }, mark };
}
