/** Reads rows of `operation_minute` as binary COPY: sketches as hex cost more than reading them. */
import { CopyReader } from './copy-binary';
import type { SqlStatements } from './sql-client';

export interface OperationMinutes {
  readonly operationId: number;
  /** Since the epoch. */
  readonly minute: number;
  readonly spans: number;
  readonly errors: number;
  readonly sketch: Uint8Array;
}

/** @param condition SQL over its columns, of numbers of our own */
export async function readOperationMinutes(
  sql: SqlStatements,
  workspaceId: number,
  condition: string,
): Promise<OperationMinutes[]> {
  const reader = new CopyReader(
    await sql.copyOut(
      `select operation_id, minute, spans, errors, sketch from operation_minute
       where workspace_id = ${workspaceId} and ${condition}`,
    ),
  );
  const rows: OperationMinutes[] = [];
  while (reader.next()) {
    const [operationId, minute, spans, errors] = [reader.int4(), reader.int4(), reader.int4(), reader.int4()];
    rows.push({ operationId, minute, spans, errors, sketch: reader.data() });
  }
  return rows;
}
