/** Who did what in a workspace, for the people in it: kept longer than the events that it is made of. */
import { TOLD_TYPES } from '../../../../core/api/team';
import type { SqlClient } from '../../../../core/store/sql-client';
import type { EventConsumer } from '../../../events/consumers';
import type { TeamEvent } from '../../../events/event';

export const activityOf: EventConsumer = {
  name: 'activity',
  types: TOLD_TYPES,
  async handle(tx: SqlClient, workspaceId: number, events: readonly TeamEvent[]): Promise<void> {
    const of = <T>(pick: (event: TeamEvent) => T): T[] => events.map(pick);
    await tx.query(
      `insert into activity (workspace_id, seq, at, actor, actor_name, type, payload)
       select $1, e.seq, e.at, e.actor, (select name from account where e.actor = 'account:' || id::text), e.type, e.payload
       from unnest($2::int8[], $3::timestamptz[], $4::text[], $5::text[], $6::jsonb[]) as e (seq, at, actor, type, payload)`,
      [
        workspaceId,
        of(({ sequence }) => sequence),
        of(({ timestamp }) => timestamp),
        of(({ actor }) => actor),
        of(({ type }) => type),
        of(({ payload }) => JSON.stringify(payload)),
      ],
    );
  },
};
