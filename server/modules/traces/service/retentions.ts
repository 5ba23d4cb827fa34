/** How long workspaces keep their telemetry. */
import type { Retention } from '../../../../core/api/retention';
import { DELETED_DAYS } from '../../../../core/store/pruning/deleted-traces';
import { TRUSTED_NOW } from '../../../../core/store/pruning/trusted-clock';
import { decodeRows, INT4, orNull } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';

export class Retentions {
  constructor(private readonly sql: SqlClient) {}

  async of(workspaceId: number): Promise<Retention> {
    const rows = await this.sql.query('select retention_days as days from workspace where id = $1', [workspaceId]);
    const days = decodeRows({ days: orNull(INT4) }, rows)[0]?.days ?? null;
    return { days, bytes: null, spans: null };
  }

  /** Those that do not keep everything, or have something in quarantine. */
  async bounded(): Promise<number[]> {
    const rows = await this.sql.query(
      `select w.id from workspace w where w.deleted_at is null and (w.retention_days is not null
         or exists (select 1 from quarantine q where q.workspace_id = w.id)) order by w.id`,
    );
    return decodeRows({ id: INT4 }, rows).map(({ id }) => id);
  }

  /** Those that have traces which were deleted long ago. */
  async withDeleted(): Promise<number[]> {
    const rows = await this.sql.query(
      `select w.id from workspace w where w.deleted_at is null and exists (select 1 from trace t
         where t.workspace_id = w.id and t.deleted_at < ${TRUSTED_NOW} - make_interval(days => ${DELETED_DAYS})) order by w.id`,
    );
    return decodeRows({ id: INT4 }, rows).map(({ id }) => id);
  }
}
