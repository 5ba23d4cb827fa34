/** What was answered to requests that named themselves, so that the same one does not do its work twice. */
export const idempotency002 = {
  version: 2,
  name: 'idempotency keys',
  sql: `
create table idempotency_key (
  workspace_id int4 not null,
  -- who asked
  actor text not null,
  key text not null,
  -- of method, path and body
  fingerprint bytea not null,
  -- null: it is not answered yet
  status int4,
  -- null: it held a secret, which is told once
  body text,
  created_at timestamptz not null default now(),
  primary key (workspace_id, actor, key)
);
create index idempotency_key_age on idempotency_key (workspace_id, created_at);
`,
} as const;
