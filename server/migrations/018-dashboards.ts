import type { SqlClient } from '../../core/store/sql/sql-client';

/** Dashboards that somebody changes are events, as saved views are. Alerts say how grave they are, and nobody is told of muted ones. */
export const dashboards018 = {
  version: 18,
  name: 'dashboards and muted alerts',
  sql: '',
  async run(tx: SqlClient) {
    await tx.query(`create trigger publish after insert or update or delete on dashboard for each row
      when (coalesce(current_setting('spoor.actor', true), '') <> '') execute function publish_change('dashboard', '')`);
    await tx.query(`create or replace function publish_alert() returns trigger language plpgsql as $$
begin
  if new.muted then return null; end if;
  perform publish_event(new.workspace_id, case when new.ended_at is null then 'alert.fired.v1' else 'alert.resolved.v1' end,
    jsonb_build_object('id', new.rule_id, 'alertId', new.id::text, 'value', new.value, 'unit', new.unit,
      'comparison', new.comparison, 'threshold', new.threshold, 'severity', new.severity, 'labels', new.labels::jsonb,
      'name', (select left(name, 200) from alert_rule where workspace_id = new.workspace_id and id = new.rule_id)));
  return null;
end
$$`);
  },
} as const;
