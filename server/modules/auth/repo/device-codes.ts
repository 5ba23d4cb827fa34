import { BOOL, decodeRows, INT4, orNull, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';

export interface PolledCode {
  /** Asked for again before its time. */
  readonly isTooSoon: boolean;
  readonly isDenied: boolean;
  /** Null: nobody has allowed it yet. */
  readonly accountId: string | null;
  readonly workspaceId: number | null;
}

export class DeviceCodeRepo {
  constructor(private readonly sql: SqlClient) {}

  /** Those that have expired are forgotten on the way. @returns false: the user code is taken */
  async add(digest: Uint8Array, userCode: string, clientName: string, seconds: number): Promise<boolean> {
    await this.sql.query('delete from device_code where expires_at < now()');
    const rows = await this.sql.query(
      `insert into device_code (digest, user_code, client_name, expires_at)
       values ($1, $2, $3, now() + make_interval(secs => $4)) on conflict do nothing returning 1 as one`,
      [digest, userCode, clientName, seconds],
    );
    return rows.length === 1;
  }

  /** Null: it was never given out, is used, or has expired. */
  async clientOf(userCode: string): Promise<string | null> {
    const rows = await this.sql.query(
      `select client_name from device_code
       where user_code = $1 and expires_at > now() and account_id is null and denied_at is null`,
      [userCode],
    );
    return decodeRows({ client_name: TEXT }, rows)[0]?.client_name ?? null;
  }

  /** @param by null: it is denied @returns whose code it is; null: there is nothing to decide on */
  async decide(userCode: string, by: { readonly accountId: string; readonly workspaceId: number } | null) {
    const rows = await this.sql.query(
      `update device_code set account_id = $2::uuid, workspace_id = $3, denied_at = case when $2::uuid is null then now() end
       where user_code = $1 and expires_at > now() and account_id is null and denied_at is null returning client_name`,
      [userCode, by?.accountId ?? null, by?.workspaceId ?? null],
    );
    return decodeRows({ client_name: TEXT }, rows)[0]?.client_name ?? null;
  }

  /** What became of a code; one that is decided on is told once. @param soonSeconds how long to wait before asking again */
  async poll(digest: Uint8Array, soonSeconds: number): Promise<PolledCode | null> {
    return this.sql.transaction(async (tx) => {
      const rows = await tx.query(
        `select account_id::text as account_id, workspace_id, denied_at is not null as denied,
           coalesce(polled_at > now() - make_interval(secs => $2), false) as soon
         from device_code where digest = $1 and expires_at > now() for update`,
        [digest, soonSeconds],
      );
      const [row] = decodeRows(
        { account_id: orNull(TEXT), workspace_id: orNull(INT4), denied: BOOL, soon: BOOL },
        rows,
      );
      if (!row) return null;
      const isDecided = row.denied || row.account_id !== null;
      if (isDecided && !row.soon) await tx.query('delete from device_code where digest = $1', [digest]);
      else await tx.query('update device_code set polled_at = now() where digest = $1', [digest]);
      const { account_id: accountId, workspace_id: workspaceId, denied: isDenied, soon: isTooSoon } = row;
      return { accountId, workspaceId, isDenied, isTooSoon };
    });
  }
}
