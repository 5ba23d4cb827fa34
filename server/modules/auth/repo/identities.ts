import { decodeRows, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';

export interface OidcAttempt {
  readonly nonce: string;
  readonly codeVerifier: string;
}

export class IdentityRepo {
  constructor(private readonly sql: SqlClient) {}

  /** Those that have expired are forgotten on the way. */
  async begin(digest: Uint8Array, { nonce, codeVerifier }: OidcAttempt, seconds: number): Promise<void> {
    await this.sql.query('delete from oidc_attempt where expires_at < now()');
    await this.sql.query(
      `insert into oidc_attempt (digest, nonce, code_verifier, expires_at)
       values ($1, $2, $3, now() + make_interval(secs => $4))`,
      [digest, nonce, codeVerifier, seconds],
    );
  }

  /** Once. Null: it was never begun, is over, or has expired. */
  async take(digest: Uint8Array): Promise<OidcAttempt | null> {
    const rows = await this.sql.query(
      'delete from oidc_attempt where digest = $1 and expires_at > now() returning nonce, code_verifier',
      [digest],
    );
    const [row] = decodeRows({ nonce: TEXT, code_verifier: TEXT }, rows);
    return row ? { nonce: row.nonce, codeVerifier: row.code_verifier } : null;
  }

  async accountOf(issuer: string, subject: string): Promise<string | null> {
    const rows = await this.sql.query(
      'select account_id::text as id from account_identity where issuer = $1 and subject = $2',
      [issuer, subject],
    );
    return decodeRows({ id: TEXT }, rows)[0]?.id ?? null;
  }

  async link(issuer: string, subject: string, accountId: string): Promise<void> {
    await this.sql.query(
      'insert into account_identity (issuer, subject, account_id) values ($1, $2, $3::uuid) on conflict do nothing',
      [issuer, subject, accountId],
    );
  }
}
