/** Where models answer that prompts are tried on. Keys are not here: they are the keychain's. */
export const endpoints013 = {
  version: 13,
  name: 'endpoints',
  sql: `
create table endpoint (
  id uuid primary key default gen_random_uuid(),
  workspace_id int4 not null references workspace (id),
  name text not null,
  base_url text not null,
  model text not null,
  version int4 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index endpoint_created on endpoint (workspace_id, created_at);
`,
} as const;
