/**
 * Reads rows of `operation_minute` as binary COPY: sketches as hex cost more than reading them. With those of deleted traces, which
 * are to be taken off.
 */
import { CopyReader } from '../sql/copy-binary';
import type { SqlStatements } from '../sql/sql-client';

export interface OperationMinutes {
  readonly operationId: number;
  /** Since the epoch. */
  readonly minute: number;
  readonly spans: number;
  readonly errors: number;
  readonly sketch: Uint8Array;
  /** -1: spans of a deleted trace. */
  readonly sign: 1 | -1;
}

/**
 * SQL of what is counted, those of deleted traces with a minus.
 * @param condition SQL over its columns, of numbers of our own
 */
export function countedMinutes(workspaceId: number, condition: string): string {
  return `select operation_id, minute, spans, errors, sketch, 1 as sign from operation_minute
    where workspace_id = ${workspaceId} and ${condition}
    union all select operation_id, minute, -spans, -errors, sketch, -1 from deleted_minute d
    where workspace_id = ${workspaceId} and ${condition} and exists (
      select 1 from span_block b where b.workspace_id = ${workspaceId} and b.id = d.block_id and b.closed)`;
}

/** @param condition SQL over its columns, of numbers of our own */
export async function readOperationMinutes(
  sql: SqlStatements,
  workspaceId: number,
  condition: string,
): Promise<OperationMinutes[]> {
  const reader = new CopyReader(await sql.copyOut(countedMinutes(workspaceId, condition)));
  const rows: OperationMinutes[] = [];
  while (reader.next()) {
    const [operationId, minute, spans, errors] = [reader.int4(), reader.int4(), reader.int4(), reader.int4()];
    const sketch = reader.data();
    rows.push({ operationId, minute, spans, errors, sketch, sign: reader.int4() < 0 ? -1 : 1 });
  }
  return rows;
}
