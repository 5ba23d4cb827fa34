import { decodeRows, INT4, orNull, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';

export interface StoredRefreshToken {
  readonly familyId: string;
  readonly accountId: string;
  readonly workspaceId: number;
  /** Why it is no good any more; null: it is. */
  readonly spent: 'used' | 'revoked' | 'expired' | null;
}

export class RefreshTokenRepo {
  constructor(private readonly sql: SqlClient) {}

  async newFamily(accountId: string): Promise<string> {
    const rows = await this.sql.query(
      'insert into token_family (account_id) values ($1::uuid) returning id::text as id',
      [accountId],
    );
    return decodeRows({ id: TEXT }, rows)[0]?.id as string;
  }

  async add(digest: Uint8Array, familyId: string, workspaceId: number, seconds: number): Promise<void> {
    await this.sql.query(
      `insert into refresh_token (digest, family_id, workspace_id, expires_at)
       values ($1, $2::uuid, $3, now() + make_interval(secs => $4))`,
      [digest, familyId, workspaceId, seconds],
    );
  }

  /** Marks it as used: of two who bring it at the same time one is told so. */
  async use(digest: Uint8Array): Promise<StoredRefreshToken | null> {
    const rows = await this.sql.query(
      `with before as (select digest, used_at from refresh_token where digest = $1 for update)
       update refresh_token t set used_at = coalesce(t.used_at, now())
       from before b, token_family f where t.digest = b.digest and f.id = t.family_id
       returning f.id::text as family_id, f.account_id::text as account_id, t.workspace_id,
         case when f.revoked_at is not null then 'revoked' when b.used_at is not null then 'used'
           when t.expires_at < now() then 'expired' end as spent`,
      [digest],
    );
    const [row] = decodeRows({ family_id: TEXT, account_id: TEXT, workspace_id: INT4, spent: orNull(TEXT) }, rows);
    if (!row) return null;
    const { family_id: familyId, account_id: accountId, workspace_id: workspaceId } = row;
    return { familyId, accountId, workspaceId, spent: row.spent as StoredRefreshToken['spent'] };
  }

  /** Whether what came of a sign-in is still good, and its account not closed. */
  async isOpen(familyId: string, accountId: string): Promise<boolean> {
    const rows = await this.sql.query(
      `select 1 as one from token_family f join account a on a.id = f.account_id
       where f.id = $1::uuid and f.account_id = $2::uuid and f.revoked_at is null and a.disabled_at is null`,
      [familyId, accountId],
    );
    return rows.length === 1;
  }

  /** @returns whether it was not revoked before */
  async revoke(familyId: string, reason: string): Promise<boolean> {
    const rows = await this.sql.query(
      'update token_family set revoked_at = now(), reason = $2 where id = $1::uuid and revoked_at is null returning 1 as one',
      [familyId, reason],
    );
    return rows.length === 1;
  }

  async deleteExpired(): Promise<void> {
    await this.sql.query(
      `delete from token_family f where f.created_at < now() - interval '7 days'
         and not exists (select 1 from refresh_token t where t.family_id = f.id and t.expires_at > now())`,
    );
  }
}
