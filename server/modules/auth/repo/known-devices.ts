import type { SqlClient } from '../../../../core/store/sql/sql-client';

/** For so long a browser is known that nobody signs in with. */
const DAYS = 180;

export class KnownDeviceRepo {
  constructor(private readonly sql: SqlClient) {}

  async add(digest: Uint8Array, accountId: string): Promise<void> {
    await this.sql.query('insert into known_device (digest, account_id) values ($1, $2::uuid)', [digest, accountId]);
  }

  /** Whether somebody signed in to this account with it; it is then seen anew. */
  async isOf(digest: Uint8Array, accountId: string): Promise<boolean> {
    const rows = await this.sql.query(
      'update known_device set seen_at = now() where digest = $1 and account_id = $2::uuid returning 1 as one',
      [digest, accountId],
    );
    return rows.length === 1;
  }

  async deleteUnseen(): Promise<void> {
    await this.sql.query('delete from known_device where seen_at < now() - make_interval(days => $1)', [DAYS]);
  }
}
