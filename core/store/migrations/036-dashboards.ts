import type { SqlClient } from '../sql/sql-client';

/**
 * Dashboards, which are shared as saved views are; and of alert rules how long they wait, when they end, how grave they are and until
 * when nobody is told.
 */
export const dashboards036 = {
  version: 36,
  name: 'dashboards',
  sql: `
create table dashboard (
  id uuid not null default gen_random_uuid(),
  workspace_id int4 not null references workspace (id),
  name text not null,
  -- JSON: core/api/dashboard.ts
  panels text not null,
  version int4 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create index dashboard_created on dashboard (workspace_id, created_at);

-- null in these: a replica wrote it that does not know them
alter table alert_rule add column for_seconds int4;
-- null: the threshold itself
alter table alert_rule add column resolve_threshold float8;
-- info, warning, critical
alter table alert_rule add column severity text;
-- RFC 3339; null: it is not muted
alter table alert_rule add column muted_until text;
-- since when it is beyond its threshold without firing yet; null: it is not
alter table alert_rule add column pending_since timestamptz;
alter table alert add column severity text not null default 'warning';
-- it was muted when it began
alter table alert add column muted bool not null default false;

-- a server of this version has kinds of objects that it did not send before: they come with a snapshot
update sync_link set cursor = null;
`,
  async run(tx: SqlClient) {
    for (const statement of TRIGGERS_036) await tx.query(statement);
  },
} as const;

const DASHBOARD = "execute function stamp_object('dashboard', 'notes:write')";
const TRIGGERS_036: readonly string[] = [
  `create trigger stamp_new after insert on dashboard for each row ${DASHBOARD}`,
  `create trigger stamp_change after update of name, panels on dashboard for each row ${DASHBOARD}`,
  `create trigger stamp_end after delete on dashboard for each row ${DASHBOARD}`,
  'drop trigger stamp_change on alert_rule',
  `create trigger stamp_change after update of name, enabled, measure, query, comparison, threshold, window_seconds, for_seconds,
    resolve_threshold, severity, muted_until on alert_rule for each row execute function stamp_object('alert-rule', 'rules:write')`,
];
