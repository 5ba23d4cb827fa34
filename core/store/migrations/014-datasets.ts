/** Prompts gathered to be asked again, and what came of asking. */
export const datasets014 = {
  version: 14,
  name: 'datasets',
  sql: `
create table dataset (
  id uuid primary key default gen_random_uuid(),
  workspace_id int4 not null references workspace (id),
  name text not null,
  description text not null,
  version int4 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table dataset_item (
  id uuid primary key default gen_random_uuid(),
  workspace_id int4 not null references workspace (id),
  dataset_id uuid not null references dataset (id) on delete cascade,
  -- JSON: messages, tools, parameters
  prompt text not null,
  -- JSON: what was answered when it was recorded; null: nothing was
  recorded text,
  expected text not null,
  -- the span that it was made from, which may be gone
  trace_id uuid,
  span_id int8,
  version int4 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index dataset_item_dataset on dataset_item (workspace_id, dataset_id, created_at, id);

create table experiment (
  id uuid primary key default gen_random_uuid(),
  workspace_id int4 not null references workspace (id),
  dataset_id uuid not null references dataset (id) on delete cascade,
  name text not null,
  -- JSON: endpoint, model, parameters; null: answers as they were recorded
  target text,
  -- JSON
  evaluators text not null,
  state text not null,
  message text,
  item_count int4 not null,
  version int4 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index experiment_dataset on experiment (workspace_id, dataset_id, created_at);

create table experiment_result (
  experiment_id uuid not null references experiment (id) on delete cascade,
  item_id uuid not null,
  -- JSON
  result text not null,
  primary key (experiment_id, item_id)
);
`,
} as const;
