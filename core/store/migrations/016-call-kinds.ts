/**
 * Calls of models that have all but times and tokens in common share a row of it: a call is written with a number in place of
 * four texts. What usage asks for by time lies in order of it nearly, so a BRIN index finds it, which costs next to nothing to
 * keep.
 */
export const callKinds016 = {
  version: 16,
  name: 'kinds of model calls',
  sql: `
create table model_call_kind (
  id int4 generated always as identity primary key,
  workspace_id int4 not null,
  digest bytea not null,
  operation_id int4 not null,
  status int2 not null,
  provider text,
  model text,
  service_tier text,
  agent_name text,
  unique (workspace_id, digest)
);
insert into model_call_kind (workspace_id, digest, operation_id, status, provider, model, service_tier, agent_name)
select distinct workspace_id,
  sha256(convert_to(jsonb_build_array(operation_id, status, provider, model, service_tier, agent_name)::text, 'UTF8')),
  operation_id, status, provider, model, service_tier, agent_name
from (select distinct workspace_id, operation_id, status, provider, model, service_tier, agent_name from model_call) c;
create table narrow_call (
  workspace_id int4 not null,
  trace_id uuid not null,
  span_id int8 not null,
  start_ns int8 not null,
  kind_id int4 not null,
  -- input with the cache's; null: not said
  input_tokens int8,
  output_tokens int8,
  cache_read_tokens int8,
  cache_write_tokens int8,
  reasoning_tokens int8,
  input_audio_tokens int8,
  output_audio_tokens int8,
  reported_cost float8
);
insert into narrow_call
select c.workspace_id, c.trace_id, c.span_id, c.start_ns, k.id, c.input_tokens, c.output_tokens, c.cache_read_tokens,
  c.cache_write_tokens, c.reasoning_tokens, c.input_audio_tokens, c.output_audio_tokens, c.reported_cost
from model_call c join model_call_kind k on k.workspace_id = c.workspace_id and k.operation_id = c.operation_id
  and k.status = c.status and k.provider is not distinct from c.provider and k.model is not distinct from c.model
  and k.service_tier is not distinct from c.service_tier and k.agent_name is not distinct from c.agent_name;
drop table model_call;
alter table narrow_call rename to model_call;
create index model_call_trace on model_call (workspace_id, trace_id);
create index model_call_time on model_call using brin (start_ns) with (pages_per_range = 32);
`,
} as const;
