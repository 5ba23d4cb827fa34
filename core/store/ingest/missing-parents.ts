/** Parents that spans name and that have not arrived: what one transaction adds to `missing_parent` and takes from it. */
import type { SqlClient } from '../sql/sql-client';
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
      await tx.execute(
        `insert into missing_parent (workspace_id, trace_id, span_id)
         select $1, trace_id, span_id from unnest($2::uuid[], $3::int8[]) as input (trace_id, span_id)
         on conflict do nothing`,
        [workspaceId, wanted.map(({ traceId }) => traceId), wanted.map(({ spanId }) => spanId)],
      );
    }
    if (this.filled.length > 0) {
      await tx.execute(
        // Each looked up by the primary key: a join may be planned as a scan of all that is missing, and one trace can miss 100,000.
        `delete from missing_parent where ctid = any(array(
           select m.ctid from unnest($2::uuid[], $3::int8[]) as i (trace_id, span_id), lateral (
             select ctid from missing_parent
             where workspace_id = $1 and trace_id = i.trace_id and span_id = i.span_id limit 1) as m))`,
        [workspaceId, this.filled.map(({ traceId }) => traceId), this.filled.map(({ spanId }) => spanId)],
      );
    }
  }
}
