import type { SqlClient } from '../../core/store/sql/sql-client';

/** Which traces people brought from their desktops, and events of what they write there. */
export const sync012 = {
  version: 12,
  name: 'sync',
  sql: `
create table shared_trace (
  workspace_id int4 not null references workspace (id),
  trace_id uuid not null,
  project_id uuid not null,
  -- the replica that brought all of its spans; null: several did
  client text,
  -- an account, or an API key
  shared_by text not null,
  shared_by_name text,
  shared_at timestamptz not null default now(),
  primary key (workspace_id, trace_id)
);
create index shared_trace_by on shared_trace (workspace_id, shared_by);
`,
  async run(tx: SqlClient) {
    for (const table of ['comment', 'tag']) {
      await tx.query(`create trigger publish after insert or update or delete on ${table} for each row
        when (coalesce(current_setting('spoor.actor', true), '') <> '') execute function publish_change('${table}', '')`);
    }
  },
} as const;
