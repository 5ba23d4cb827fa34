import { randomBytes } from 'node:crypto';
import { pgClient } from '../../server/adapters/pg-client';
import { digestOf } from '../../server/modules/auth/service/secrets';

/** An API key for each of some workspaces: making them as people do is limited on purpose. */
export async function makeWorkspaces(url: string, count: number): Promise<string[]> {
  const sql = pgClient(url);
  const keys: string[] = [];
  for (let n = 0; n < count; n++) {
    const key = `spoor_${randomBytes(32).toString('base64url')}`;
    await sql.query('insert into workspace (id, name) values ($1, $2)', [n + 2, `workspace ${n}`]);
    await sql.query(
      `with p as (insert into project (workspace_id, name) values ($1, 'load') returning id)
       insert into api_key (workspace_id, project_id, name, prefix, digest, scopes)
       select $1, p.id, 'load', 'spoor_', $2, '{ingest,read}' from p`,
      [n + 2, digestOf(key)],
    );
    keys.push(key);
  }
  await sql.close();
  return keys;
}
