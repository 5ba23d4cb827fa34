/** How much a workspace may send a day (UTC): what is beyond it is refused until midnight, and said so. */

import { SYNC_ERRORS } from '../../../../core/api/sync';
import type { QuotaReport } from '../../../../core/api/team';
import { RetryLater } from '../../../../core/model/errors';
import { decodeRows, INT8, orNull } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import type { Cache } from '../../../adapters/cache';

/** What was sent is counted a moment later, and looked up no more often than this. */
const TTL_MS = 2_000;
const DAY_MS = 86_400_000;
/** An exporter that is told to wait until midnight holds all it has until then. */
const MAX_RETRY_S = 3_600;

class QuotaReached extends RetryLater {
  constructor(retryAfterSeconds: number) {
    const message = 'The workspace has sent all it may today (UTC); ask whoever runs the server for more.';
    super('RATE_LIMITED', message, retryAfterSeconds, [{ field: 'quota', code: SYNC_ERRORS.quota, message }]);
  }
}

export class Quotas {
  constructor(
    private readonly sql: SqlClient,
    /** Of workspaces that have none of their own; null: no limit. */
    private readonly standard: number | null,
    private readonly cache: Cache,
  ) {}

  /** @throws QuotaReached */
  async check(workspaceId: number): Promise<void> {
    const { used, limit, resetsAt } = await this.cache.get(`quota:${workspaceId}:day:now`, TTL_MS, () =>
      this.report(workspaceId),
    );
    if (limit === null || used < limit) return;
    const seconds = Math.ceil((Date.parse(resetsAt) - Date.now()) / 1_000);
    if (seconds > 0) throw new QuotaReached(Math.min(MAX_RETRY_S, seconds));
  }

  async report(workspaceId: number): Promise<QuotaReport> {
    const rows = await this.sql.query(
      `select coalesce(w.daily_quota, $2::int8) as quota, coalesce(u.spans + u.logs + u.points, 0) as used from workspace w
         left join usage_day u on u.workspace_id = w.id and u.day = (now() at time zone 'UTC')::date where w.id = $1`,
      [workspaceId, this.standard],
    );
    const [row] = decodeRows({ quota: orNull(INT8), used: INT8 }, rows);
    return {
      used: Number(row?.used ?? 0n),
      limit: row?.quota === null || row?.quota === undefined ? null : Number(row.quota),
      resetsAt: new Date((Math.floor(Date.now() / DAY_MS) + 1) * DAY_MS).toISOString(),
    };
  }
}

/** @param limit records a day; null: what the server allows everybody @returns false: there is no such workspace */
export async function setQuota(sql: SqlClient, publicId: string, limit: number | null): Promise<boolean> {
  const rows = await sql.query(
    'update workspace set daily_quota = $2 where public_id::text = $1 and deleted_at is null returning 1 as one',
    [publicId, limit],
  );
  return rows.length > 0;
}
