/** Scores of spans, traces and sessions, and annotations of more than spans; both with a version, so that two who change one are told. */
export const scores011 = {
  version: 11,
  name: 'scores',
  sql: `
create table score (
  id uuid primary key default gen_random_uuid(),
  workspace_id int4 not null references workspace (id),
  -- one of trace and session; the span is of the trace
  trace_id uuid,
  span_id int8,
  session_id text,
  name text not null,
  value float8,
  label text,
  comment text not null,
  -- human, code, model, or sender: it came with the telemetry
  source text not null,
  version int4 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index score_trace on score (workspace_id, trace_id) where trace_id is not null;
create index score_session on score (workspace_id, md5(session_id)) where session_id is not null;
create index score_created on score (workspace_id, created_at, id);

alter table annotation drop constraint annotation_pkey;
alter table annotation alter column trace_id drop not null;
alter table annotation alter column span_id drop not null;
alter table annotation add column id uuid primary key default gen_random_uuid();
alter table annotation add column session_id text;
alter table annotation add column version int4 not null default 1;
create unique index annotation_span on annotation (workspace_id, trace_id, span_id) where span_id is not null;
create index annotation_trace on annotation (workspace_id, trace_id) where trace_id is not null;
create index annotation_session on annotation (workspace_id, md5(session_id)) where session_id is not null;
create index annotation_created on annotation (workspace_id, created_at, id);
`,
} as const;
