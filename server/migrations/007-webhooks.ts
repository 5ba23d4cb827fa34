/** Where teams are told what happened, what they read of it themselves, and how much they may send. */
export const webhooks007 = {
  version: 7,
  name: 'webhooks, activity, usage',
  sql: `
create table webhook (
  workspace_id int4 not null references workspace (id),
  id uuid not null default gen_random_uuid(),
  url text not null,
  types text[] not null,
  -- signs what is sent; with SPOOR_SECRET_KEY encrypted
  secret text not null,
  enabled bool not null default true,
  version int4 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- of the newest delivery; its status is null when there was no answer
  last_at timestamptz,
  last_status int4,
  last_error text,
  primary key (workspace_id, id)
);
create table activity (
  workspace_id int4 not null,
  seq int8 not null,
  at timestamptz not null,
  actor text not null,
  -- the name that it had then; null: no person
  actor_name text,
  type text not null,
  payload jsonb not null,
  primary key (workspace_id, seq)
);
-- of a day in UTC
create table usage_day (
  workspace_id int4 not null,
  day date not null,
  spans int8 not null,
  logs int8 not null,
  points int8 not null,
  primary key (workspace_id, day)
);
-- null: what the server allows everybody
alter table workspace add column daily_quota int8;
`,
} as const;
