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
function countedMinutes(workspaceId: number, condition: string): string {
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

/** With the operation that it is of. */
export interface MinuteOfOperation {
  readonly operationId: number;
  readonly serviceId: number;
  readonly kind: number;
  readonly blockId: number;
  readonly minute: number;
  /** Of spans without a parent. */
  readonly isRoot: boolean;
  /** Below 0: of a deleted trace. */
  readonly spans: number;
  readonly errors: number;
  readonly sketch: Uint8Array;
  readonly sign: 1 | -1;
}

/** What rows say of operations beside their numbers. */
export interface OperationFacts {
  readonly serviceId: number;
  readonly kind: number;
}

/**
 * Goes over rows without holding them.
 * @param condition SQL over rows `m`, of numbers of our own @param known all operations, where they are few: joining costs for each row
 */
export async function eachOperationMinute(
  sql: SqlStatements,
  workspaceId: number,
  table: 'operation_minute' | 'deleted_minute',
  condition: string,
  known: ReadonlyMap<number, OperationFacts> | null,
  use: (row: MinuteOfOperation) => void,
): Promise<void> {
  const sign = table === 'deleted_minute' ? -1 : 1;
  const reader = new CopyReader(
    await sql.copyOut(`select m.operation_id, m.block_id, m.minute, m.spans, m.errors, m.sketch, m.is_root::int4 as is_root${known ? '' : ', o.service_id, o.kind'}
      from ${table} m ${known ? '' : 'join operation o on o.workspace_id = m.workspace_id and o.id = m.operation_id'}
      where m.workspace_id = ${workspaceId} and ${condition}`),
  );
  while (reader.next()) {
    const operationId = reader.int4();
    const blockId = reader.int4();
    const minute = reader.int4();
    const spans = sign * reader.int4();
    const errors = sign * reader.int4();
    const sketch = reader.data();
    const isRoot = reader.int4() === 1;
    const facts = known ? known.get(operationId) : { serviceId: reader.int4(), kind: reader.int2() };
    if (!facts) continue;
    const { serviceId, kind } = facts;
    use({ operationId, serviceId, kind, isRoot, blockId, minute, spans, errors, sketch, sign });
  }
}
