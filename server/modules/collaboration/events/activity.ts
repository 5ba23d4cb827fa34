/** Who did what in a workspace, for the people in it: kept longer than the events that it is made of. */
import { TOLD_TYPES } from '../../../../core/api/team';
import { decodeRows, INT8, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import { type Told, togetherAll } from '../../../../core/sync/shared-together';
import { timeSql } from '../../../adapters/time-sql';
import type { EventConsumer } from '../../../events/consumers';
import type { TeamEvent } from '../../../events/event';

export const activityOf: EventConsumer = {
  name: 'activity',
  types: TOLD_TYPES,
  async handle(tx: SqlClient, workspaceId: number, events: readonly TeamEvent[]): Promise<void> {
    const newest = await newestOf(tx, workspaceId);
    const told = togetherAll([...(newest ? [newest] : []), ...events.map(lineOf)]);
    // What was told last goes on: it moves to where it stands now.
    if (newest && told[0]?.sequence !== newest.sequence) {
      await tx.query('delete from activity where workspace_id = $1 and seq = $2', [workspaceId, newest.sequence]);
    }
    const lines = told.filter(({ sequence }) => sequence !== newest?.sequence);
    const of = <T>(pick: (line: Line) => T): T[] => lines.map(pick);
    await tx.query(
      `insert into activity (workspace_id, seq, at, actor, actor_name, type, payload)
       select $1, e.seq, e.at, e.actor, (select name from account where e.actor = 'account:' || id::text), e.type, e.payload
       from unnest($2::int8[], $3::timestamptz[], $4::text[], $5::text[], $6::jsonb[]) as e (seq, at, actor, type, payload)`,
      [
        workspaceId,
        of(({ sequence }) => sequence),
        of(({ time }) => time),
        of(({ actor }) => actor),
        of(({ type }) => type),
        of(({ payload }) => JSON.stringify(payload)),
      ],
    );
  },
};

interface Line extends Told {
  readonly actor: string;
  readonly sequence: number;
}

function lineOf({ sequence, timestamp: time, actor, type, payload }: TeamEvent): Line {
  return { sequence, time, actor, type, payload };
}

async function newestOf(tx: SqlClient, workspaceId: number): Promise<Line | null> {
  const rows = await tx.query(
    `select seq, ${timeSql('at')} as time, actor, type, payload::text as payload from activity
     where workspace_id = $1 order by seq desc limit 1`,
    [workspaceId],
  );
  const [row] = decodeRows({ seq: INT8, time: TEXT, actor: TEXT, type: TEXT, payload: TEXT }, rows);
  if (!row) return null;
  const { seq, payload, ...rest } = row;
  return { ...rest, sequence: Number(seq), payload: JSON.parse(payload) as Told['payload'] };
}
