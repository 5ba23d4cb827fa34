/** Programs that are signed in from a browser (RFC 8628). */
export const deviceCodes004 = {
  version: 4,
  name: 'device codes',
  sql: `
create table device_code (
  -- of the code that the program keeps
  digest bytea primary key,
  -- what a person types
  user_code text not null unique,
  client_name text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  polled_at timestamptz,
  denied_at timestamptz,
  -- of who allowed it
  account_id uuid references account (id),
  workspace_id int4 references workspace (id)
);
create index device_code_expiry on device_code (expires_at);
`,
} as const;
