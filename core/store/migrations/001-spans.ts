/**
 * Workspaces, interned resources, scopes, services and operations, spans, and one row per trace.
 * Every key leads with `workspace_id`; names and messages are unique by digest, because a B-tree key ends at 2.7 kB and a
 * hostile name does not.
 */
export const spans001 = {
  version: 1,
  name: 'spans',
  sql: `
create table workspace (
  id int4 primary key,
  name text not null,
  created_at timestamptz not null default now(),
  -- read model: kept in the transaction that stores the spans, because counting ten million rows is a scan
  span_count int8 not null default 0,
  trace_count int8 not null default 0
);
insert into workspace (id, name) values (1, 'Local');

create table service (
  id int4 generated always as identity primary key,
  workspace_id int4 not null references workspace (id),
  name text not null,
  name_digest bytea not null,
  span_count int8 not null default 0,
  error_count int8 not null default 0,
  first_seen_ns int8,
  last_seen_ns int8,
  unique (workspace_id, name_digest)
);

create table operation (
  id int4 generated always as identity primary key,
  workspace_id int4 not null references workspace (id),
  service_id int4 not null references service (id),
  kind int2 not null,
  name text not null,
  name_digest bytea not null,
  unique (workspace_id, service_id, kind, name_digest)
);

create table resource (
  id int4 generated always as identity primary key,
  workspace_id int4 not null references workspace (id),
  digest bytea not null,
  message bytea not null,
  schema_url text not null,
  unique (workspace_id, digest)
);

create table scope (
  id int4 generated always as identity primary key,
  workspace_id int4 not null references workspace (id),
  digest bytea not null,
  message bytea not null,
  schema_url text not null,
  unique (workspace_id, digest)
);

-- No foreign keys here: they would cost four look-ups a span, and one writer fills the interned tables first.
create table span (
  workspace_id int4 not null,
  trace_id uuid not null,
  span_id int8 not null,
  parent_span_id int8,
  start_ns int8 not null,
  duration_ns int8 not null,
  resource_id int4 not null,
  scope_id int4 not null,
  operation_id int4 not null,
  status int2 not null,
  -- the rest of the OTLP Span message, verbatim
  body bytea not null,
  primary key (workspace_id, trace_id, span_id)
);

-- read model: what the trace list shows
create table trace (
  workspace_id int4 not null,
  trace_id uuid not null,
  start_ns int8 not null,
  end_ns int8 not null,
  span_count int4 not null,
  error_count int4 not null,
  service_ids int4[] not null,
  -- 0: a span without a parent; 1: the earliest span whose parent is not stored, until a better one comes
  root_rank int2 not null,
  root_start_ns int8 not null,
  root_span_id int8 not null,
  root_operation_id int4 not null,
  missing_parents int4 not null,
  input_tokens int8,
  output_tokens int8,
  agent_name text,
  agent_start_ns int8,
  session_id text,
  primary key (workspace_id, trace_id)
);
create index trace_start on trace (workspace_id, start_ns desc, trace_id desc);

-- parents that spans name and that have not arrived; what keeps a trace incomplete
create table missing_parent (
  workspace_id int4 not null,
  trace_id uuid not null,
  span_id int8 not null,
  primary key (workspace_id, trace_id, span_id)
);
`,
} as const;
