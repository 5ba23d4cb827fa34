import type { SqlClient } from '../../core/store/sql/sql-client';

/** Alerts that begin and end are events, and who changes their rules is in the audit log. */
export const alertEvents008 = {
  version: 8,
  name: 'events of alerts',
  sql: '',
  async run(tx: SqlClient) {
    await tx.query(`create function publish_alert() returns trigger language plpgsql as $$
begin
  perform publish_event(new.workspace_id, case when new.ended_at is null then 'alert.fired.v1' else 'alert.resolved.v1' end,
    jsonb_build_object('id', new.rule_id, 'alertId', new.id::text, 'value', new.value, 'unit', new.unit,
      'comparison', new.comparison, 'threshold', new.threshold, 'labels', new.labels::jsonb,
      'name', (select left(name, 200) from alert_rule where workspace_id = new.workspace_id and id = new.rule_id)));
  return null;
end
$$`);
    await tx.query(
      'create trigger publish after insert or update of ended_at on alert for each row execute function publish_alert()',
    );
    // What is found when it is looked at is no change of the rule.
    await tx.query(`create trigger publish after insert or delete or update of version on alert_rule for each row
      when (coalesce(current_setting('spoor.actor', true), '') <> '') execute function publish_change('alert-rule', 'audit')`);
  },
} as const;
