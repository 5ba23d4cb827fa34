/** Rules that watch a number, and when they were beyond their threshold. */
export const alerts017 = {
  version: 17,
  name: 'alerts',
  sql: `
create table alert_rule (
  id uuid primary key default gen_random_uuid(),
  workspace_id int4 not null references workspace (id),
  name text not null,
  enabled bool not null,
  -- query, cost
  measure text not null,
  query text not null,
  -- above, below
  comparison text not null,
  threshold float8 not null,
  window_seconds int4 not null,
  version int4 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- what was found when it was looked at last
  checked_at timestamptz,
  value float8,
  unit text,
  error text
);
create index alert_rule_created on alert_rule (workspace_id, created_at);

create table alert (
  id int8 generated always as identity primary key,
  workspace_id int4 not null,
  rule_id uuid not null references alert_rule (id) on delete cascade,
  value float8 not null,
  unit text not null,
  comparison text not null,
  threshold float8 not null,
  -- JSON
  labels text not null,
  started_at timestamptz not null default now(),
  -- null: it goes on
  ended_at timestamptz
);
create index alert_workspace on alert (workspace_id, id);
create unique index alert_open on alert (workspace_id, rule_id) where ended_at is null;
`,
} as const;
