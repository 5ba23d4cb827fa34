/** Traces that were deleted can come back; those that were pruned leave their id, so that a link to one says what became of it. */
export const removalAndAnnotations004 = {
  version: 4,
  name: 'removal and annotations',
  sql: `
alter table trace add column deleted_at timestamptz;

create table pruned_trace (
  workspace_id int4 not null references workspace (id),
  trace_id uuid not null,
  pruned_at timestamptz not null default now(),
  primary key (workspace_id, trace_id)
);

create table annotation (
  workspace_id int4 not null references workspace (id),
  trace_id uuid not null,
  span_id int8 not null,
  bookmarked bool not null,
  -- empty: none
  note text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, trace_id, span_id)
);
`,
} as const;
