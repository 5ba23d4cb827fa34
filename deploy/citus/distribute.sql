-- Shards a team server's database by workspace with Citus 12 or later. Run it once, on the coordinator, after a first start of the
-- server has made the tables and before there is much in them, with the server stopped:
--   psql "$DATABASE_URL" --single-transaction --set ON_ERROR_STOP=1 --file distribute.sql
-- Every shard of a workspace lies on the same node, so that its queries run there alone. Keys of tables that are found by a number
-- alone get the workspace in front, as Citus asks of every unique key. What says who may do what is small and asked for with every
-- request: it stays on the coordinator, as does what people write: notes, scores, views, rules, datasets, and the events of it.
-- What is changed or dropped here is written down in server/migrations/distributed.ts too: a server demands its tables at every start.

create extension if not exists citus;

alter table attribute drop constraint attribute_pkey, add primary key (workspace_id, id);
alter table attribute_key drop constraint attribute_key_pkey, add primary key (workspace_id, id);
alter table service drop constraint service_pkey, add primary key (workspace_id, id);
alter table operation drop constraint operation_pkey, add primary key (workspace_id, id);
alter table resource drop constraint resource_pkey, add primary key (workspace_id, id);
alter table scope drop constraint scope_pkey, add primary key (workspace_id, id);
alter table metric drop constraint metric_pkey, add primary key (workspace_id, id);
alter table metric_series drop constraint metric_series_pkey, add primary key (workspace_id, id);
alter table model_call_kind drop constraint model_call_kind_pkey, add primary key (workspace_id, id);
alter table deployment drop constraint deployment_pkey, add primary key (workspace_id, id);
alter table guardrail_hit drop constraint guardrail_hit_pkey, add primary key (workspace_id, id);
alter table pruning drop constraint pruning_pkey, add primary key (workspace_id, id);

-- On a node they could not reach the outbox: here nobody is told of deleted traces and of what guardrails marked.
drop trigger publish_deletion on trace;
drop trigger publish_hits on guardrail_hit;

select create_reference_table('workspace');
-- Nodes ask it what is old.
select create_reference_table('retention_clock');

select create_distributed_table('trace', 'workspace_id', colocate_with => 'none');
select create_distributed_table('span', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('span_block', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('span_payload', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('payload', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('log_record', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('log_block', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('metric_point', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('record_partition', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('metric', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('metric_series', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('resource', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('scope', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('service', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('operation', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('attribute_key', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('attribute', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('operation_minute', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('service_edge', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('deleted_block', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('deleted_minute', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('deleted_edge', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('missing_parent', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('span_side', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('pruned_trace', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('pruning', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('quarantine', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('quarantine_block', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('quarantine_row', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('quarantine_deletion', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('received_request', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('model_call', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('model_call_kind', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('deployment', 'workspace_id', colocate_with => 'trace');
select create_distributed_table('guardrail_hit', 'workspace_id', colocate_with => 'trace');
