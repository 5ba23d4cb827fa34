/**
 * Spans that begin a trace are requests, as those that serve one are (ADR 030): they are told apart in minutes of operations, and of traces
 * it is counted how many of their requests failed, and for whom they ran. What is stored is counted anew.
 */
export const requests031 = {
  version: 31,
  name: 'requests',
  sql: `
-- spans without a parent
alter table operation_minute add column is_root bool not null default false;
alter table deleted_minute add column is_root bool not null default false;
alter table trace add column failed_count int4 not null default 0;
-- for whom it ran
alter table trace add column user_id text;
create index trace_failed on trace (workspace_id, start_ns desc, trace_id desc) where failed_count > 0;
update workspace set rebuild_due = true where span_count > 0;
`,
} as const;
