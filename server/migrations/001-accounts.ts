/** Who may do what in which workspace. Times in UTC; secrets as SHA-256 of what was given out, passwords as Argon2id. */
export const accounts001 = {
  version: 1,
  name: 'accounts',
  sql: `
create sequence workspace_id as int4 start with 2;
alter table workspace add column public_id uuid not null default gen_random_uuid();
alter table workspace add column version int4 not null default 1;
alter table workspace add column updated_at timestamptz not null default now();
alter table workspace add column deleted_at timestamptz;
create unique index workspace_public_id on workspace (public_id);

create table account (
  id uuid primary key default gen_random_uuid(),
  email text not null,
  -- lower case
  email_key text not null unique,
  name text not null,
  -- null: signs in elsewhere
  password_hash text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  disabled_at timestamptz
);

create table membership (
  workspace_id int4 not null references workspace (id),
  account_id uuid not null references account (id),
  role text not null check (role in ('owner', 'admin', 'member', 'viewer')),
  version int4 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, account_id)
);
create index membership_account on membership (account_id);

create table invitation (
  workspace_id int4 not null references workspace (id),
  id uuid not null default gen_random_uuid(),
  email text not null,
  role text not null check (role in ('owner', 'admin', 'member', 'viewer')),
  digest bytea not null unique,
  created_by uuid not null references account (id),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  primary key (workspace_id, id)
);

-- what one sign-in gave out: when a token of it is used twice, all of it ends
create table token_family (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references account (id),
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  revoked_at timestamptz,
  reason text
);
create index token_family_account on token_family (account_id);

create table refresh_token (
  digest bytea primary key,
  family_id uuid not null references token_family (id) on delete cascade,
  workspace_id int4 not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index refresh_token_family on refresh_token (family_id);

create table signing_key (
  kid text primary key,
  -- JWK; with SPOOR_SECRET_KEY encrypted
  private_key text not null,
  public_jwk text not null,
  created_at timestamptz not null default now(),
  -- no token is signed with it after; it is published until tokens of it have expired
  retires_at timestamptz not null
);

create table setup_link (
  digest bytea primary key,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

create table project (
  workspace_id int4 not null references workspace (id),
  id uuid not null default gen_random_uuid(),
  name text not null,
  version int4 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  archived_at timestamptz,
  primary key (workspace_id, id)
);
create unique index project_name on project (workspace_id, lower(name)) where archived_at is null;

create table api_key (
  workspace_id int4 not null,
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  name text not null,
  -- its first characters, to tell it from others
  prefix text not null,
  digest bytea not null unique,
  scopes text[] not null,
  created_by uuid references account (id),
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, project_id) references project (workspace_id, id)
);
create index api_key_project on api_key (workspace_id, project_id);

create table audit_log (
  workspace_id int4 not null,
  id int8 generated always as identity,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  table_name text not null,
  record_id text not null,
  old jsonb,
  new jsonb,
  request_id text not null,
  primary key (workspace_id, id)
);

-- requests that a copy took which does not write the workspace: acknowledged, and stored by the one that does
create table ingest_spool (
  workspace_id int4 not null,
  id int8 generated always as identity primary key,
  signal text not null,
  body bytea not null,
  received_at timestamptz not null default now()
);
create index ingest_spool_workspace on ingest_spool (workspace_id, id);
alter table ingest_spool alter column body set storage external;
`,
} as const;
