/** Events of workspaces: written with what they tell of (migration 006), read in the order of their commits. */

import type { ToldType } from '../../core/api/team';
import { TRUSTED_NOW } from '../../core/store/pruning/trusted-clock';
import { decodeRows, INT8, TEXT } from '../../core/store/sql/row-spec';
import type { SqlClient, SqlStatements } from '../../core/store/sql/sql-client';
import { timeSql } from '../adapters/time-sql';
import type { INGESTED, TeamEvent } from './event';

/** Who came late finds them for so long. */
const KEPT_DAYS = 7;
const BATCH = 1_000;

const ROW = {
  sequence: INT8,
  id: TEXT,
  type: TEXT,
  timestamp: TEXT,
  actor: TEXT,
  correlation_id: TEXT,
  payload: TEXT,
};

/** @param tx the transaction in which it happens; last in it, because the next event of the workspace waits for its end */
export async function publish(
  tx: SqlStatements,
  workspaceId: number,
  type: ToldType | typeof INGESTED,
  payload: object,
  by: { readonly actor: string; readonly requestId: string } | null = null,
): Promise<void> {
  const event = [workspaceId, type, JSON.stringify(payload), by?.actor ?? null, by?.requestId ?? null];
  await tx.execute('select publish_event($1, $2, $3::jsonb, $4, $5)', event, 'publish event');
}

/** @param types null: all @param after and `upTo`: of sequence numbers, the first left out */
export async function readEvents(
  sql: SqlStatements,
  workspaceId: number,
  types: readonly string[] | null,
  after: bigint,
  upTo: bigint,
): Promise<TeamEvent[]> {
  const rows = await sql.query(
    `select seq as sequence, id::text as id, type, ${timeSql('at')} as timestamp, actor, correlation_id, payload::text as payload
     from event where workspace_id = $1 and seq > $2 and seq <= $3 and ($4::text[] is null or type = any($4::text[])) order by seq`,
    [workspaceId, after, upTo, types],
  );
  return decodeRows(ROW, rows).map(({ sequence, correlation_id: correlationId, payload, ...row }) => ({
    ...row,
    version: 1,
    source: 'spoor-server',
    correlationId,
    sequence: Number(sequence),
    payload: JSON.parse(payload) as TeamEvent['payload'],
  }));
}

/** Takes out what is old and what every consumer has. */
export async function forgetEvents(sql: SqlClient, consumers: readonly string[]): Promise<void> {
  for (;;) {
    const gone = await sql.query(
      `delete from event where (workspace_id, seq) in (
         select e.workspace_id, e.seq from event e where e.at < ${TRUSTED_NOW} - make_interval(days => ${KEPT_DAYS})
           -- The newest says where the history stands (modules/sync).
           and e.seq < (select f.seq from event_feed f where f.workspace_id = e.workspace_id)
           and not exists (select 1 from unnest($1::text[]) as n (consumer)
             left join event_consumer c on c.consumer = n.consumer and c.workspace_id = e.workspace_id
             where coalesce(c.seq, 0) < e.seq)
         limit ${BATCH}) returning 1 as one`,
      [consumers],
    );
    if (gone.length < BATCH) break;
  }
  await sql.query(`delete from event_handled where at < now() - make_interval(days => ${KEPT_DAYS * 5})`);
}
