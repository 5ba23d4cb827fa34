/** Environments, versions and teams by number: interned when a resource is first seen, and found again for filters. */
import type { Deployment, DeploymentFilter } from '../../model/deployment';
import { DEPLOYMENT_FIELDS } from '../../model/deployment-keys';
import { decodeRows, INT4, orNull, TEXT } from '../sql/row-spec';
import type { SqlStatements } from '../sql/sql-client';

/** Of `i`. */
export const DEPLOYMENT_DIGEST = `sha256(convert_to(jsonb_build_array(i.environment, i.version, i.team)::text, 'UTF8'))`;

/** Of `span s`. */
export const DEPLOYMENT_OF_SPAN =
  '(select coalesce(r.deployment_id, 0) from resource r where r.workspace_id = s.workspace_id and r.id = s.resource_id)';

/** The newest that lists have. */
const MOST_LISTED = 1_000;

/** @returns an id for each, by index */
export async function internDeployments(
  tx: SqlStatements,
  workspaceId: number,
  deployments: readonly Deployment[],
): Promise<number[]> {
  const parameters = [workspaceId, ...DEPLOYMENT_FIELDS.map((field) => deployments.map((one) => one[field]))];
  const given = 'unnest($2::text[], $3::text[], $4::text[])';
  await tx.execute(
    `insert into deployment (workspace_id, digest, environment, version, team)
     select distinct $1::int4, ${DEPLOYMENT_DIGEST}, i.* from ${given} as i (environment, version, team)
     on conflict (workspace_id, digest) do nothing`,
    parameters,
  );
  const rows = await tx.query(
    `select d.id, i.at::int4 as at from ${given} with ordinality as i (environment, version, team, at), lateral (
       select id from deployment where workspace_id = $1 and digest = ${DEPLOYMENT_DIGEST} limit 1) as d order by i.at`,
    parameters,
  );
  return decodeRows({ id: INT4, at: INT4 }, rows).map(({ id }) => id);
}

/** Those that a filter leaves; null: it leaves all. */
export async function deploymentIdsIn(
  sql: SqlStatements,
  workspaceId: number,
  filter: DeploymentFilter,
): Promise<readonly number[] | null> {
  if (!isFilter(filter)) return null;
  const rows = await sql.query(
    `select id from deployment where workspace_id = $1 and ($2::text is null or environment = $2)
       and ($3::text is null or version = $3) and ($4::text is null or team = $4)`,
    [workspaceId, ...DEPLOYMENT_FIELDS.map((field) => filter[field] || null)],
  );
  return decodeRows({ id: INT4 }, rows).map(({ id }) => id);
}

/** The same in SQL, an int4[] of our own numbers. */
export async function deploymentsIn(
  sql: SqlStatements,
  workspaceId: number,
  filter: DeploymentFilter,
): Promise<string | null> {
  const ids = await deploymentIdsIn(sql, workspaceId, filter);
  return ids && `'{${ids.join(',')}}'::int4[]`;
}

function isFilter(filter: DeploymentFilter): boolean {
  return DEPLOYMENT_FIELDS.some((field) => filter[field]);
}

/** The latest first seen first. */
export async function listDeployments(sql: SqlStatements, workspaceId: number): Promise<Deployment[]> {
  const rows = await sql.query(
    `select environment, version, team from deployment where workspace_id = $1 order by id desc limit ${MOST_LISTED}`,
    [workspaceId],
  );
  return decodeRows({ environment: orNull(TEXT), version: orNull(TEXT), team: orNull(TEXT) }, rows);
}
