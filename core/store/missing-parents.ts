/** Parents that spans name and that have not arrived: what one transaction adds to `missing_parent` and takes from it. */
import type { SqlClient } from './sql-client';
import type { StoredTrace } from './stored-spans';

interface Gap {
  readonly traceId: string;
  readonly spanId: bigint;
}

export class MissingParents {
  private readonly wanted = new Map<string, Gap>();
  private readonly filled: Gap[] = [];

  /** Notes a parent that is not stored. @returns 1 when nothing named it before, else 0 */
  want(traceId: string, trace: StoredTrace, spanId: bigint): number {
    trace.missing ??= new Set();
    if (trace.missing.has(spanId)) return 0;
    trace.missing.add(spanId);
    this.wanted.set(`${traceId}${spanId}`, { traceId, spanId });
    return 1;
  }

  /** A missing parent has arrived. @returns 1 */
  fill(traceId: string, trace: StoredTrace, spanId: bigint): number {
    trace.missing?.delete(spanId);
    // Missed and found in this transaction: the table never hears of it.
    if (!this.wanted.delete(`${traceId}${spanId}`)) this.filled.push({ traceId, spanId });
    return 1;
  }

  async write(tx: SqlClient, workspaceId: number): Promise<void> {
    const wanted = [...this.wanted.values()];
    if (wanted.length > 0) {
      await tx.query(
        `insert into missing_parent (workspace_id, trace_id, span_id)
         select $1, trace_id, span_id from unnest($2::uuid[], $3::int8[]) as input (trace_id, span_id)
         on conflict do nothing`,
        [workspaceId, wanted.map(({ traceId }) => traceId), wanted.map(({ spanId }) => spanId)],
      );
    }
    if (this.filled.length > 0) {
      await tx.query(
        `delete from missing_parent m using unnest($2::uuid[], $3::int8[]) as i (trace_id, span_id)
         where m.workspace_id = $1 and m.trace_id = i.trace_id and m.span_id = i.span_id`,
        [workspaceId, this.filled.map(({ traceId }) => traceId), this.filled.map(({ spanId }) => spanId)],
      );
    }
  }
}
