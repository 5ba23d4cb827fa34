/** The time by which telemetry of all workspaces is old: that of the database, which all copies share. */
import { losesMuch } from '../../../../core/store/pruning/lost-by-age';
import { TrustedClock } from '../../../../core/store/pruning/trusted-clock';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import { Retentions } from './retentions';

export function serverClock(system: SqlClient): TrustedClock {
  const retentions = new Retentions(system);
  return new TrustedClock(system, {
    async matters(wall, trusted) {
      for (const workspaceId of await retentions.bounded()) {
        const { days } = await retentions.of(workspaceId);
        if (await losesMuch(system, workspaceId, days, wall, trusted)) return true;
      }
      return false;
    },
  });
}
