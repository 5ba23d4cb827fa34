import { deploymentOf } from '../../model/deployment-keys';
import { decodeResource } from '../../otlp/proto-to-json';
import { DEPLOYMENT_DIGEST } from '../dictionary/deployments';
import { BYTEA, decodeRows, INT4 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

const PAGE = 2_000;

/**
 * Environment, version and team of resources, by number, in all that is counted: so that it can be counted for some of them. Counts
 * that were made before do not know; they are made anew (rebuild.ts) where any resource says something.
 */
export const deployments020 = {
  version: 20,
  name: 'deployments',
  sql: `
create table deployment (
  id int4 generated always as identity primary key,
  workspace_id int4 not null,
  digest bytea not null,
  environment text,
  version text,
  team text,
  unique (workspace_id, digest)
);
-- null: nobody looked yet; 0: it says nothing, here and below
alter table resource add column if not exists deployment_id int4;
alter table operation_minute add column if not exists deployment_id int4 not null default 0;
alter table model_call_kind add column deployment_id int4 not null default 0;
alter table trace add column deployment_ids int4[] not null default '{}';
-- what a view is narrowed to; null: nothing
alter table saved_view add column environment text;
alter table saved_view add column service_version text;
alter table saved_view add column team text;
-- read models say less than the spans do
alter table workspace add column rebuild_due bool not null default false;
`,
  async run(tx: SqlClient): Promise<void> {
    for (let last = 0; ; ) {
      const rows = decodeRows(
        { id: INT4, workspace_id: INT4, message: BYTEA },
        await tx.query(`select id, workspace_id, message from resource where id > $1 order by id limit ${PAGE}`, [
          last,
        ]),
      );
      if (rows.length === 0) break;
      await describeResources(tx, rows);
      last = rows.at(-1)?.id ?? last;
    }
    await tx.query(`update workspace w set rebuild_due = true
      where w.span_count > 0 and exists (select 1 from deployment d where d.workspace_id = w.id)`);
  },
} as const;

async function describeResources(
  tx: SqlClient,
  resources: readonly { readonly id: number; readonly workspace_id: number; readonly message: Uint8Array }[],
): Promise<void> {
  const said = resources.flatMap(({ id, workspace_id, message }) => {
    const deployment = deploymentOf(decodeResource(message).attributes);
    return deployment ? [{ id, workspaceId: workspace_id, ...deployment }] : [];
  });
  const parameters = (['workspaceId', 'environment', 'version', 'team', 'id'] as const).map((key) =>
    said.map((one) => one[key]),
  );
  const given = `unnest($1::int4[], $2::text[], $3::text[], $4::text[], $5::int4[]) as i (workspace_id, environment, version, team, resource_id)`;
  if (said.length > 0) {
    await tx.query(
      `insert into deployment (workspace_id, digest, environment, version, team)
       select distinct i.workspace_id, ${DEPLOYMENT_DIGEST}, i.environment, i.version, i.team from ${given}
       on conflict (workspace_id, digest) do nothing`,
      parameters,
    );
    await tx.query(
      `update resource r set deployment_id = d.id from ${given} join deployment d on d.workspace_id = i.workspace_id
         and d.digest = ${DEPLOYMENT_DIGEST} where r.id = i.resource_id`,
      parameters,
    );
  }
  await tx.query('update resource set deployment_id = 0 where id between $1 and $2 and deployment_id is null', [
    resources[0]?.id ?? 0,
    resources.at(-1)?.id ?? 0,
  ]);
}
