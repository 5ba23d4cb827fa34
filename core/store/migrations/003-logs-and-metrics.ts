/**
 * Log records, metric series and their points. Logs share the dictionary and the payloads of spans (002). A request of either is
 * remembered for a while by its digest: neither has ids by which a second delivery could be told.
 */
export const logsAndMetrics003 = {
  version: 3,
  name: 'logs and metrics',
  sql: `
alter table workspace add column log_count int8 not null default 0;
alter table workspace add column metric_point_count int8 not null default 0;

create table log_record (
  id int8 generated always as identity,
  -- the record's time, else when it was observed, else when it arrived
  time_ns int8 not null,
  observed_ns int8 not null,
  trace_id uuid,
  span_id int8,
  workspace_id int4 not null,
  service_id int4 not null,
  resource_id int4 not null,
  scope_id int4 not null,
  payload_id int4 not null,
  payload_index int2 not null,
  severity int2 not null,
  -- 1: the message is the whole body; 2: time_ns is the record's own
  flags int2 not null,
  attributes int4[] not null,
  event_name text not null,
  message text not null
);
create index log_record_time on log_record (workspace_id, time_ns desc, id desc);
create index log_record_trace on log_record (workspace_id, trace_id) where trace_id is not null;

create table metric (
  id int4 generated always as identity primary key,
  workspace_id int4 not null references workspace (id),
  name text not null,
  description text not null,
  unit text not null,
  kind text not null,
  temporality int2 not null,
  monotonic bool not null,
  -- OTLP KeyValue messages, each as field 1
  metadata bytea not null,
  digest bytea not null,
  unique (workspace_id, digest)
);

create table metric_series (
  id int4 generated always as identity primary key,
  workspace_id int4 not null references workspace (id),
  metric_id int4 not null references metric (id),
  service_id int4 not null,
  resource_id int4 not null,
  scope_id int4 not null,
  -- OTLP KeyValue messages, each as field 1
  attributes bytea not null,
  digest bytea not null,
  unique (workspace_id, digest)
);
create index metric_series_metric on metric_series (workspace_id, metric_id);

create table metric_point (
  time_ns int8 not null,
  start_ns int8 not null,
  -- of gauges and sums: one of the two, or none
  int_value int8,
  double_value float8,
  workspace_id int4 not null,
  series_id int4 not null,
  -- the other fields of the OTLP data point, verbatim
  rest bytea not null
);
create index metric_point_series on metric_point (workspace_id, series_id, time_ns);

create table received_request (
  workspace_id int4 not null,
  digest bytea not null,
  received_at timestamptz not null default now(),
  primary key (workspace_id, digest)
);
`,
} as const;
