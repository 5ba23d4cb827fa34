import type { Activity } from '../../../../core/api/team';
import { TRUSTED_NOW } from '../../../../core/store/pruning/trusted-clock';
import { decodeRows, INT8, orNull, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import { timeSql } from '../../../adapters/time-sql';

const KEPT_DAYS = 90;
const BATCH = 1_000;
const ROW = { seq: INT8, time: TEXT, actor: TEXT, actor_name: orNull(TEXT), type: TEXT, payload: TEXT };

/** Newest first. @param before of the page before; null: the newest */
export async function readActivity(
  sql: SqlClient,
  workspaceId: number,
  limit: number,
  before: bigint | null,
): Promise<Activity[]> {
  const rows = await sql.query(
    `select seq, ${timeSql('at')} as time, actor, actor_name, type, payload::text as payload from activity
     where workspace_id = $1 and seq < $2 order by seq desc limit $3`,
    [workspaceId, before ?? 2n ** 63n - 1n, limit],
  );
  return decodeRows(ROW, rows).map(({ seq, time, actor, actor_name: actorName, type, payload }) => ({
    id: String(seq),
    time,
    actor,
    actorName,
    type,
    payload: JSON.parse(payload) as Activity['payload'],
  }));
}

export async function forgetActivity(sql: SqlClient): Promise<void> {
  for (;;) {
    const gone = await sql.query(
      `delete from activity where (workspace_id, seq) in (select workspace_id, seq from activity
         where at < ${TRUSTED_NOW} - make_interval(days => ${KEPT_DAYS}) limit ${BATCH}) returning 1 as one`,
    );
    if (gone.length < BATCH) return;
  }
}
