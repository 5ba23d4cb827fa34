import type { SqlClient } from '../../core/store/sql/sql-client';

/** Keys of the endpoints that prompts are tried on; who changes an endpoint is in the audit log. */
export const endpointKeys009 = {
  version: 9,
  name: 'keys of endpoints',
  sql: `
create table endpoint_key (
  workspace_id int4 not null,
  endpoint_id uuid not null,
  -- with SPOOR_SECRET_KEY encrypted
  secret text not null,
  updated_at timestamptz not null default now(),
  primary key (workspace_id, endpoint_id)
);
`,
  async run(tx: SqlClient) {
    await tx.query(`create trigger publish after insert or update or delete on endpoint for each row
      when (coalesce(current_setting('spoor.actor', true), '') <> '') execute function publish_change('endpoint', 'audit')`);
  },
} as const;
