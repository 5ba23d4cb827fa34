/** Telemetry that comes as a large file, in parts. */
export const uploads010 = {
  version: 10,
  name: 'uploads',
  sql: `
create table upload (
  workspace_id int4 not null references workspace (id),
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  name text not null,
  -- otlp-json-lines, otlp-protobuf
  format text not null,
  gzip bool not null,
  size_bytes int8 not null,
  part_bytes int4 not null,
  -- of the whole; null: not said
  sha256 bytea,
  -- open, importing, done, failed
  state text not null default 'open',
  error text,
  -- what was imported
  requests int8 not null default 0,
  rejected int8 not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create table upload_part (
  workspace_id int4 not null,
  upload_id uuid not null,
  n int4 not null,
  body bytea not null,
  primary key (workspace_id, upload_id, n),
  foreign key (workspace_id, upload_id) references upload (workspace_id, id) on delete cascade
);
alter table upload_part alter column body set storage external
`,
} as const;
