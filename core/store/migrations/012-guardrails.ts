/** Rules that mark what agents said and did, and what they marked. */
export const guardrails012 = {
  version: 12,
  name: 'guardrails',
  sql: `
create table guardrail (
  id uuid primary key default gen_random_uuid(),
  workspace_id int4 not null references workspace (id),
  name text not null,
  -- secrets, personal-data, prompt-injection, pattern, tool, budget
  kind text not null,
  enabled bool not null,
  -- of a pattern the regular expression
  pattern text,
  -- of a tool the names, where * stands for any characters
  tools text[],
  -- of a budget, US dollars a trace
  max_usd float8,
  version int4 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
insert into guardrail (workspace_id, name, kind, enabled, created_at) values
  (1, 'Secrets', 'secrets', true, now()),
  (1, 'Prompt injection', 'prompt-injection', true, now() + interval '1 microsecond'),
  (1, 'Personal data', 'personal-data', false, now() + interval '2 microseconds');

-- No foreign key: a rule may go while spans that it marked are on their way.
create table guardrail_hit (
  id int8 generated always as identity primary key,
  workspace_id int4 not null,
  rule_id uuid not null,
  trace_id uuid not null,
  -- null: the trace as a whole
  span_id int8,
  attribute text not null,
  -- what was found, its middle left out
  excerpt text not null,
  -- of what was found: calls repeat what was said before, and are not marked for it again
  digest int8 not null,
  created_at timestamptz not null default now(),
  unique (workspace_id, trace_id, rule_id, digest)
);
create index guardrail_hit_newest on guardrail_hit (workspace_id, id);
`,
} as const;
