/**
 * What was pruned for its age is in quarantine for a while: its tables are detached and renamed, and what cannot be made anew from
 * them is kept here.
 */
export const quarantine024 = {
  version: 24,
  name: 'quarantine',
  sql: `
create table quarantine (
  id int8 generated always as identity,
  workspace_id int4 not null references workspace (id),
  -- spans, logs, metrics
  signal text not null,
  partition_id int4 not null,
  -- by the time that is trusted
  quarantined_at timestamptz not null,
  traces int8 not null default 0,
  records int8 not null default 0,
  -- of logs and metric points, as record_partition had them
  opened_at timestamptz,
  last_at timestamptz,
  -- its tables are detached
  complete bool not null default false,
  primary key (workspace_id, id),
  unique (workspace_id, signal, partition_id)
);
-- blocks of spans, as span_block had them
create table quarantine_block (
  workspace_id int4 not null,
  quarantine_id int8 not null,
  block_id int4 not null,
  opened_at timestamptz not null,
  last_at timestamptz not null,
  span_count int4 not null,
  -- what of the dictionaries its spans name
  terms bytea,
  primary key (workspace_id, block_id)
);
-- rows of traces that are not made anew from their spans
create table quarantine_row (
  workspace_id int4 not null,
  quarantine_id int8 not null,
  table_name text not null,
  content jsonb not null
);
create index quarantine_row_of on quarantine_row (workspace_id, quarantine_id);
-- traces that were deleted since, and do not come back
create table quarantine_deletion (
  workspace_id int4 not null,
  trace_id uuid not null,
  primary key (workspace_id, trace_id)
);
-- of a block that is open: until when it is known to have taken spans, to the minute; null: an older version opened it
alter table span_block add column marked_at timestamptz;
`,
} as const;
