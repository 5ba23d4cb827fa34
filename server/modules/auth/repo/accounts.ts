import { decodeRows, orNull, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';

const ROW = { id: TEXT, email: TEXT, name: TEXT, password_hash: orNull(TEXT) };
const COLUMNS = 'id::text as id, email, name, password_hash';

export interface StoredAccount {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string | null;
}

export class AccountRepo {
  constructor(private readonly sql: SqlClient) {}

  async byEmail(email: string): Promise<StoredAccount | null> {
    return this.one('email_key = $1', email.toLowerCase());
  }

  async byId(id: string): Promise<StoredAccount | null> {
    return this.one('id = $1::uuid', id);
  }

  async byIds(ids: readonly string[]): Promise<StoredAccount[]> {
    return this.all(await this.sql.query(`select ${COLUMNS} from account where id = any($1::uuid[])`, [ids]));
  }

  /** @param passwordHash null: signs in elsewhere @returns null when the address has an account */
  async create(email: string, name: string, passwordHash: string | null): Promise<StoredAccount | null> {
    const rows = await this.sql.query(
      `insert into account (email, email_key, name, password_hash) values ($1, $2, $3, $4)
       on conflict (email_key) do nothing returning ${COLUMNS}`,
      [email, email.toLowerCase(), name, passwordHash],
    );
    return this.all(rows)[0] ?? null;
  }

  /** Whether there is any. */
  async isEmpty(): Promise<boolean> {
    return (await this.sql.query('select 1 as one from account limit 1')).length === 0;
  }

  private async one(condition: string, value: string): Promise<StoredAccount | null> {
    const rows = await this.sql.query(`select ${COLUMNS} from account where ${condition} and disabled_at is null`, [
      value,
    ]);
    return this.all(rows)[0] ?? null;
  }

  private all(rows: Awaited<ReturnType<SqlClient['query']>>): StoredAccount[] {
    return decodeRows(ROW, rows).map(({ id, email, name, password_hash: passwordHash }) => {
      return { id, email, name, passwordHash };
    });
  }
}
