import type { SqlClient } from '../../core/store/sql/sql-client';
import { EVENTS, INGESTED } from '../events/event';

/**
 * The outbox: what happened, written in the transaction in which it does. Events of a workspace are numbered without a gap in the
 * order of their commits, because whoever writes the next one waits for the row of `event_feed`.
 */
export const events006 = {
  version: 6,
  name: 'events',
  sql: `
create table event_feed (
  workspace_id int4 primary key,
  -- the newest
  seq int8 not null
);
create table event (
  workspace_id int4 not null,
  seq int8 not null,
  id uuid not null default gen_random_uuid(),
  -- such as annotation.created.v1
  type text not null,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  -- the request that it came of; empty: none
  correlation_id text not null,
  payload jsonb not null,
  primary key (workspace_id, seq)
);
create index event_at on event using brin (at);

-- how far who reads events has come
create table event_consumer (
  consumer text not null,
  workspace_id int4 not null,
  seq int8 not null default 0,
  primary key (consumer, workspace_id)
);
-- events that failed, and were dealt with later by a job
create table event_handled (
  consumer text not null,
  workspace_id int4 not null,
  event_id uuid not null,
  at timestamptz not null default now(),
  primary key (consumer, workspace_id, event_id)
);
`,
  async run(tx: SqlClient) {
    for (const statement of FUNCTIONS_006) await tx.query(statement);
    for (const [table, kind, audited] of CHANGED_BY_PEOPLE) {
      // What the server does by itself, such as taking out what is old, is nothing that happened to a person's work.
      const when = "coalesce(current_setting('spoor.actor', true), '') <> ''";
      await tx.query(`create trigger publish after insert or update or delete on ${table} for each row when (${when})
        execute function publish_change('${kind}', '${audited ? 'audit' : ''}')`);
    }
    await tx.query(`create trigger publish_deletion after update of deleted_at on trace for each row
      when (old.deleted_at is distinct from new.deleted_at) execute function publish_deletion()`);
    await tx.query(`create trigger publish_hits after insert on guardrail_hit referencing new table as hits
      for each statement execute function publish_hits()`);
  },
} as const;

/** Tables whose rows people change through the contract; what they are called in events; whether the audit log keeps it. */
const CHANGED_BY_PEOPLE: readonly (readonly [table: string, kind: string, audited: boolean])[] = [
  ['annotation', 'annotation', false],
  ['score', 'score', false],
  ['saved_view', 'saved-view', false],
  ['guardrail', 'guardrail', true],
  ['dataset', 'dataset', false],
];

const WHO = "coalesce(nullif(current_setting('spoor.actor', true), ''), 'system')";
const REQUEST = "coalesce(current_setting('spoor.request_id', true), '')";

export const FUNCTIONS_006: readonly string[] = [
  `create function publish_event(
    of_workspace int4, event_type text, event_payload jsonb, by_actor text default null, of_request text default null)
  returns void language plpgsql as $$
begin
  with place as (
    insert into event_feed (workspace_id, seq) values (of_workspace, 1)
    on conflict (workspace_id) do update set seq = event_feed.seq + 1 returning seq)
  insert into event (workspace_id, seq, type, actor, correlation_id, payload)
  select of_workspace, place.seq, event_type, coalesce(by_actor, ${WHO}), coalesce(of_request, ${REQUEST}), event_payload from place;
  -- Who waits for this hears of it once it is committed. Ingest is looked for: notifications of many commits would wait for each other.
  if event_type <> '${INGESTED}' then perform pg_notify('${EVENTS}', of_workspace::text); end if;
end
$$`,
  `create function publish_change() returns trigger language plpgsql as $$
declare
  what jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  of_workspace int4 := (what->>'workspace_id')::int4;
begin
  perform publish_event(
    of_workspace,
    tg_argv[0] || case tg_op when 'INSERT' then '.created.v1' when 'UPDATE' then '.updated.v1' else '.deleted.v1' end,
    jsonb_strip_nulls(jsonb_build_object(
      'id', what->>'id', 'name', left(what->>'name', 200), 'traceId', replace(what->>'trace_id', '-', ''),
      'spanId', lpad(to_hex(nullif((what->>'span_id')::int8, 0)), 16, '0'), 'sessionId', left(what->>'session_id', 200))));
  if tg_argv[1] = 'audit' then
    insert into audit_log (workspace_id, actor, action, table_name, record_id, old, new, request_id)
    values (of_workspace, ${WHO}, tg_argv[0] || case tg_op when 'INSERT' then '.create' when 'UPDATE' then '.update' else '.delete' end,
      tg_table_name, what->>'id', case when tg_op <> 'INSERT' then to_jsonb(old) - 'workspace_id' end,
      case when tg_op <> 'DELETE' then to_jsonb(new) - 'workspace_id' end, ${REQUEST});
  end if;
  return null;
end
$$`,
  `create function publish_deletion() returns trigger language plpgsql as $$
declare
  trace_id text := replace(new.trace_id::text, '-', '');
  is_gone bool := new.deleted_at is not null;
begin
  perform publish_event(new.workspace_id, case when is_gone then 'trace.deleted.v1' else 'trace.restored.v1' end,
    jsonb_build_object('traceId', trace_id));
  insert into audit_log (workspace_id, actor, action, table_name, record_id, request_id)
  values (new.workspace_id, ${WHO}, case when is_gone then 'trace.delete' else 'trace.restore' end, 'trace', trace_id, ${REQUEST});
  return null;
end
$$`,
  `create function publish_hits() returns trigger language plpgsql as $$
declare
  one record;
begin
  for one in
    select h.workspace_id, h.rule_id, g.name, g.kind, count(*) as hits,
      (array_agg(distinct replace(h.trace_id::text, '-', '')))[1:20] as traces
    from hits h join guardrail g on g.workspace_id = h.workspace_id and g.id = h.rule_id group by 1, 2, 3, 4
  loop
    perform publish_event(one.workspace_id, 'guardrail.hit.v1',
      jsonb_build_object('id', one.rule_id, 'name', left(one.name, 200), 'kind', one.kind, 'hits', one.hits, 'traceIds', one.traces));
  end loop;
  return null;
end
$$`,
];
