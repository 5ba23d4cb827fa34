import { countDeleted } from '../blocks/deleted-counts';
import type { PayloadCodec } from '../payloads/payloads';
import { decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

/**
 * What spans of deleted traces add to what blocks and services count, by trace and block: counts of what stands are counts of all
 * less these. Nothing refers to a row, so there is no key; a trace that is deleted is counted here whole.
 */
export const deletedCounts022 = {
  version: 22,
  name: 'counts of deleted traces',
  sql: `
create table deleted_block (
  workspace_id int4 not null,
  trace_id uuid not null,
  block_id int4 not null,
  -- as in span_block
  terms bytea not null
);
create index deleted_block_trace on deleted_block (workspace_id, trace_id);
create table deleted_minute (
  workspace_id int4 not null,
  trace_id uuid not null,
  block_id int4 not null,
  operation_id int4 not null,
  minute int4 not null,
  deployment_id int4 not null,
  spans int4 not null,
  errors int4 not null,
  sketch bytea not null
);
create index deleted_minute_trace on deleted_minute (workspace_id, trace_id);
create index deleted_minute_time on deleted_minute (workspace_id, minute);
create table deleted_edge (
  workspace_id int4 not null,
  trace_id uuid not null,
  block_id int4 not null,
  caller_id int4 not null,
  callee_id int4 not null,
  minute int4 not null,
  calls int4 not null,
  errors int4 not null,
  duration_ns int8 not null
);
create index deleted_edge_trace on deleted_edge (workspace_id, trace_id);
create index deleted_trace on trace (workspace_id, deleted_at) where deleted_at is not null;
`,
  async run(tx: SqlClient, _codec: PayloadCodec): Promise<void> {
    const rows = await tx.query(
      `select workspace_id, replace(trace_id::text, '-', '') as trace_id from trace where deleted_at is not null`,
    );
    const deleted = decodeRows({ workspace_id: INT4, trace_id: TEXT }, rows);
    for (const { workspace_id, trace_id } of deleted) await countDeleted(tx, workspace_id, trace_id);
    // Spans that came late to a deleted trace were counted.
    await tx.query(
      `update workspace w set span_count = (select coalesce(sum(span_count), 0) from trace t
         where t.workspace_id = w.id and t.deleted_at is null)
       where id = any($1::int4[])`,
      [[...new Set(deleted.map(({ workspace_id }) => workspace_id))]],
    );
  },
} as const;
