/** Looks at the alert rules of all workspaces; each is given to one copy of the server. */
import type { SpoorApi } from '../../../../core/operations/operations';
import type { StoreService } from '../../../../core/operations/store-service';
import { decodeRows, INT4 } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import { watchAlerts } from '../../../../services/alerts/alert-watch';
import type { Log } from '../../../../services/log';

const EVERY_MS = 5_000;
/** In one round; the others are next. */
const WORKSPACES = 50;

interface Workspace {
  readonly api: SpoorApi;
  readonly alertRules: Pick<StoreService, 'claimAlertRule' | 'recordAlert'>;
}

export class AlertRounds {
  private round: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly sql: SqlClient,
    private readonly of: (workspaceId: number) => Workspace,
    private readonly log: Log,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.round ??= this.go()
        // The database is away: the next round is soon.
        .catch((error: unknown) => this.log('debug', 'alert rules wait', { error: String(error) }))
        .finally(() => {
          this.round = null;
        });
    }, EVERY_MS);
    this.timer.unref();
  }

  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    await this.round;
  }

  private async go(): Promise<void> {
    const rows = await this.sql.query(
      `select r.workspace_id from alert_rule r join workspace w on w.id = r.workspace_id and w.deleted_at is null
       where r.enabled and (r.checked_at is null or r.checked_at < now() - interval '30 seconds')
       group by r.workspace_id order by min(r.checked_at) nulls first limit ${WORKSPACES}`,
    );
    for (const { workspace_id: id } of decodeRows({ workspace_id: INT4 }, rows)) {
      if (!this.timer) return;
      const { api, alertRules } = this.of(id);
      await watchAlerts(api, alertRules, this.log);
    }
  }
}
