/** Searches with a name. */
export const savedViews007 = {
  version: 7,
  name: 'saved views',
  sql: `
create table saved_view (
  id uuid primary key default gen_random_uuid(),
  workspace_id int4 not null references workspace (id),
  name text not null,
  query text not null,
  last text,
  from_time text,
  to_time text,
  group_by text,
  version int4 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index saved_view_name on saved_view (workspace_id, created_at);
`,
} as const;
