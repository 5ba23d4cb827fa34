import type { SqlClient } from '../sql/sql-client';
import { SERVICE_EDGE_SQL } from './service-edge';

/**
 * What pruning needs to know: when blocks of spans were filled, and logs and metric points in partitions that can be dropped as
 * those of spans can. What was stored before is one partition, number 0.
 */
const SQL = `
alter table span_block add column if not exists opened_at timestamptz not null default now();
alter table span_block add column if not exists last_at timestamptz not null default now();

-- one row for each time that room was made
create table pruning (
  id int8 generated always as identity primary key,
  workspace_id int4 not null references workspace (id),
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  -- age, size, count
  reason text not null,
  -- the partition under way: spans, logs, metrics; to be finished after a crash
  victim_signal text,
  victim_partition int4,
  traces int8 not null default 0,
  spans int8 not null default 0,
  logs int8 not null default 0,
  metric_points int8 not null default 0,
  kept_traces int8 not null default 0,
  freed_bytes int8 not null default 0
);
create index operation_minute_block on operation_minute (workspace_id, block_id);
create index pruned_trace_time on pruned_trace (workspace_id, pruned_at desc);

${SERVICE_EDGE_SQL}
-- how a saved view shows what it finds; null: as usual
alter table saved_view add column sort text;
alter table saved_view add column columns text[];
alter table saved_view add column chart text;

create sequence record_partition_id as int4 start with 1;
create table record_partition (
  workspace_id int4 not null references workspace (id),
  -- logs, metrics
  signal text not null,
  id int4 not null,
  opened_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  records int8 not null default 0,
  primary key (workspace_id, signal, id)
);
insert into record_partition (workspace_id, signal, id, records) select id, 'logs', 0, log_count from workspace;
insert into record_partition (workspace_id, signal, id, records) select id, 'metrics', 0, metric_point_count from workspace;

create sequence log_record_id as int8;
alter table log_record alter column id drop identity;
alter table log_record add column partition_id int4 not null default 0;
alter table log_record rename to log_record_0;
alter index log_record_time rename to log_record_0_time;
alter index log_record_trace rename to log_record_0_trace;
create table log_record (like log_record_0) partition by range (partition_id);
alter table log_record alter column id set default nextval('log_record_id');
alter table log_record attach partition log_record_0 for values from (0) to (1);
create index log_record_time on log_record (workspace_id, time_ns desc, id desc);
create index log_record_trace on log_record (workspace_id, trace_id) where trace_id is not null;

alter table payload add column partition_id int4 not null default 0;
alter table payload rename to payload_0;
alter table payload_0 drop constraint payload_pkey;
create table payload (like payload_0 including storage) partition by range (partition_id);
alter table payload add primary key (workspace_id, id, partition_id);
alter table payload attach partition payload_0 for values from (0) to (1);

alter table metric_point add column partition_id int4 not null default 0;
alter table metric_point rename to metric_point_0;
alter index metric_point_series rename to metric_point_0_series;
create table metric_point (like metric_point_0) partition by range (partition_id);
alter table metric_point attach partition metric_point_0 for values from (0) to (1);
create index metric_point_series on metric_point (workspace_id, series_id, time_ns);
`;

export const retention008 = {
  version: 8,
  name: 'retention',
  sql: SQL,
  async run(tx: SqlClient): Promise<void> {
    await tx.query("select setval('log_record_id', (select coalesce(max(id), 0) + 1 from log_record), false)");
  },
} as const;
