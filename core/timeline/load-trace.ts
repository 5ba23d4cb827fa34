/** Reads a trace from the store into columns. */
import type { TraceSpans } from '../api/contract';
import type { TraceSummary } from '../api/trace-summary';
import { decodeTraceColumns, type OperationRef, type TraceColumns } from './trace-columns';

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
