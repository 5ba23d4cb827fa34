/** What must be read again, sealed with SPOOR_SECRET_KEY (AES-256-GCM): without it whoever reads the database signs tokens. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { decodeRows, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';

const SEALED = 'sealed:';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class SecretBox {
  private readonly key: Uint8Array | null;

  /** @param secret null: nothing is sealed */
  constructor(secret: string | null) {
    this.key = secret === null ? null : createHash('sha256').update(secret).digest();
  }

  /** Whether what is put in can be read by whoever reads the database. */
  get isOpen(): boolean {
    return this.key === null;
  }

  seal(text: string): string {
    if (!this.key) return text;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return SEALED + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** What was not sealed is given back as it is. @throws Error when the key is missing or another */
  open(text: string): string {
    if (!text.startsWith(SEALED)) return text;
    if (!this.key) throw new Error('The database holds sealed keys: start with the SPOOR_SECRET_KEY that sealed them.');
    const bytes = Buffer.from(text.slice(SEALED.length), 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      throw new Error('SPOOR_SECRET_KEY is not the one that sealed the keys in the database.');
    }
  }
}

/** Where sealed secrets are stored. */
const COLUMNS = [
  ['signing_key', 'private_key'],
  ['webhook', 'secret'],
  ['endpoint_key', 'secret'],
] as const;

/** Seals what was stored before there was a SPOOR_SECRET_KEY. @returns how many secrets that were */
export async function sealStored(sql: SqlClient, box: SecretBox): Promise<number> {
  let count = 0;
  for (const [table, column] of COLUMNS) {
    const rows = await sql.query(`select ${column} as secret from ${table} where ${column} not like '${SEALED}%'`);
    for (const { secret } of decodeRows({ secret: TEXT }, rows)) {
      await sql.query(`update ${table} set ${column} = $2 where ${column} = $1`, [secret, box.seal(secret)]);
      count++;
    }
  }
  return count;
}
