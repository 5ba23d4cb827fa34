/** Calls of language models, one row each: what costs and usage are counted from. Prices change, so no cost is stored but a reported one. */
export const modelCalls009 = {
  version: 9,
  name: 'model calls',
  sql: `
create table model_call (
  workspace_id int4 not null,
  trace_id uuid not null,
  span_id int8 not null,
  operation_id int4 not null,
  start_ns int8 not null,
  duration_ns int8 not null,
  status int2 not null,
  provider text,
  model text,
  service_tier text,
  agent_name text,
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
create index model_call_trace on model_call (workspace_id, trace_id);
create index model_call_time on model_call (workspace_id, start_ns);
`,
} as const;
