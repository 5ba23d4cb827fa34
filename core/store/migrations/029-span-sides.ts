/**
 * Spans that came with an id that another span of their trace has (core/store/same-id): which id and which parent they were sent with.
 * `changes` counts how often spans of a trace that were stored already were changed: where it stays, more spans are all that is new.
 */
export const spanSides029 = {
  version: 29,
  name: 'spans with one id',
  sql: `
create table span_side (
  workspace_id int4 not null,
  trace_id uuid not null,
  -- under which it is stored
  span_id int8 not null,
  sent_id int8 not null,
  -- null: it was sent without a parent
  sent_parent_id int8,
  primary key (workspace_id, trace_id, span_id)
);
alter table trace add column changes int4 not null default 0;
-- of the trace, when its spans were last pushed, and when the pass under way began
alter table sync_trace add column pushed_changes int4 not null default 0;
alter table sync_trace add column pass_changes int4;
`,
} as const;
