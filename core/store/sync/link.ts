/** The server that a desktop shares with, as its database remembers it. No token: those are in the keychain. */
import type { SyncLink } from '../../api/sync-state';
import { decodeRows, TEXT } from '../sql/row-spec';
import type { SqlStatements } from '../sql/sql-client';

export async function readLink(sql: SqlStatements, workspaceId: number): Promise<SyncLink | null> {
  const rows = await sql.query('select link from sync_link where workspace_id = $1', [workspaceId]);
  const [row] = decodeRows({ link: TEXT }, rows);
  return row ? (JSON.parse(row.link) as SyncLink) : null;
}

/** How far it came stays. */
export async function writeLink(sql: SqlStatements, workspaceId: number, link: SyncLink): Promise<void> {
  await sql.query(
    `insert into sync_link (workspace_id, link) values ($1, $2)
     on conflict (workspace_id) do update set link = excluded.link`,
    [workspaceId, JSON.stringify(link)],
  );
}

/** What was shared and what came stays here; only what the server knew of it is forgotten. */
export async function forgetLink(tx: SqlStatements, workspaceId: number): Promise<void> {
  for (const table of ['sync_link', 'sync_trace', 'sync_conflict', 'sync_event']) {
    await tx.query(`delete from ${table} where workspace_id = $1`, [workspaceId]);
  }
  await tx.query(
    `update versioned_object set base = null, base_stamp = null, base_recent = '{}', refused_stamp = null, refused_message = null
     where workspace_id = $1 and base_stamp is not null`,
    [workspaceId],
  );
}
