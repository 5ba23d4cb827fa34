import type { SqlClient } from '../../core/store/sql/sql-client';

/** Nobody is told of what guardrails marked long ago when it comes back out of the quarantine. */
export const restoredHits016 = {
  version: 16,
  name: 'restored hits',
  sql: '',
  async run(tx: SqlClient) {
    await tx.query(`create or replace function publish_hits() returns trigger language plpgsql as $$
declare
  one record;
begin
  if coalesce(current_setting('spoor.restoring', true), '') <> '' then return null; end if;
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
$$`);
  },
} as const;
