/** A place in the history of a workspace: the number of an event, and its id, which no other history has. */
import { decodeRows, INT8, orNull, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlStatements } from '../../../../core/store/sql/sql-client';
import { OtherHistory } from '../../../../core/sync/ports';

const POSITION = /^(\d{1,18})\.([0-9a-f-]{36})$/;
const START = '0.';

export async function positionOf(sql: SqlStatements, workspaceId: number): Promise<string> {
  const rows = await sql.query(
    `select e.seq, e.id::text as id from event e where e.workspace_id = $1 order by e.seq desc limit 1`,
    [workspaceId],
  );
  const [newest] = decodeRows({ seq: INT8, id: TEXT }, rows);
  return newest ? `${newest.seq}.${newest.id}` : START;
}

/** The number of the event there; 0: the beginning. @throws OtherHistory */
export async function placeOf(sql: SqlStatements, workspaceId: number, position: string): Promise<bigint> {
  if (position === '' || position === START) return 0n;
  const [, seq, id] = POSITION.exec(position) ?? [];
  if (!seq || !id) throw new OtherHistory('restored');
  const rows = await sql.query(
    `select (select id::text from event where workspace_id = $1 and seq = $2) as id,
       (select min(seq) from event where workspace_id = $1) as oldest`,
    [workspaceId, BigInt(seq)],
  );
  const [found] = decodeRows({ id: orNull(TEXT), oldest: orNull(INT8) }, rows);
  if (found?.id === id) return BigInt(seq);
  const isForgotten = !found?.id && found?.oldest !== null && BigInt(seq) < (found?.oldest ?? 0n);
  throw new OtherHistory(isForgotten ? 'too-old' : 'restored');
}

/** Events from the beginning are there: nothing was forgotten. */
export async function isWhole(sql: SqlStatements, workspaceId: number): Promise<boolean> {
  const rows = await sql.query('select min(seq) as oldest from event where workspace_id = $1', [workspaceId]);
  const [row] = decodeRows({ oldest: orNull(INT8) }, rows);
  return (row?.oldest ?? 1n) <= 1n;
}
