/**
 * What is decided of calls of models while spans are stored: which of them tell what another tells already, and count for nothing, and which
 * spans are of an agent run at all. What is stored was read by fewer names of token counts, so it is read anew.
 */
export const countedCalls028 = {
  version: 28,
  name: 'counted calls',
  sql: `
-- of those written to a cache, for an hour
alter table model_call add column cache_write_hour_tokens int8;
-- 64 bits of the digest of the provider's id of the answer; null: not said
alter table model_call add column response int8;
-- another span tells the same call, and is counted
alter table model_call add column is_repeat bool not null default false;
-- index in AGENT_SPAN_KINDS, from 1; null: of no agent run
alter table span add column agent_kind int2;
-- spans that are of an agent run
alter table trace add column agent_spans int4 not null default 0;
update workspace set rebuild_due = true where span_count > 0;
`,
} as const;
