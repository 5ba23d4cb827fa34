/** The keys that sign access tokens (Ed25519): the newest signs, all that tokens may still be signed with are published. */
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
} from 'jose';
import { decodeRows, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import type { SecretBox } from './secret-box';

export const ALGORITHM = 'EdDSA';
const SIGNS_FOR_DAYS = 30;
/** Another copy may have made a new key. */
const FRESH_MS = 60_000;
const ONE_AT_A_TIME = 4_318_004;

export interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey | Uint8Array;
}

export class SigningKeys {
  private known: { readonly signing: SigningKey; readonly jwks: JSONWebKeySet } | null = null;
  private readAt = 0;

  constructor(
    private readonly sql: SqlClient,
    private readonly box: SecretBox,
  ) {}

  async signing(): Promise<SigningKey> {
    return (await this.read()).signing;
  }

  /** @param kid of a token: one that is not known yet may be another copy's */
  async jwks(kid?: string): Promise<JSONWebKeySet> {
    const { jwks } = await this.read();
    if (kid === undefined || jwks.keys.some((key) => key.kid === kid)) return jwks;
    // No more than one look a second, however many tokens with invented ids come.
    if (Date.now() - this.readAt < 1_000) return jwks;
    this.readAt = 0;
    return (await this.read()).jwks;
  }

  private async read() {
    if (this.known && Date.now() - this.readAt < FRESH_MS) return this.known;
    const rows = await this.sql.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [ONE_AT_A_TIME]);
      const [current] = await tx.query('select 1 as one from signing_key where retires_at > now() limit 1');
      if (!current) await this.make(tx);
      // Tokens live for 15 minutes; a day more harms nobody.
      return tx.query(
        `select kid, private_key, public_jwk from signing_key where retires_at > now() - interval '1 day'
         order by created_at desc`,
      );
    });
    const keys = decodeRows({ kid: TEXT, private_key: TEXT, public_jwk: TEXT }, rows);
    const [newest] = keys;
    if (!newest) throw new Error('no key to sign with');
    const key = await importJWK(JSON.parse(this.box.open(newest.private_key)) as JWK, ALGORITHM);
    this.known = {
      signing: { kid: newest.kid, key },
      jwks: { keys: keys.map(({ public_jwk }) => JSON.parse(public_jwk) as JWK) },
    };
    this.readAt = Date.now();
    return this.known;
  }

  private async make(tx: SqlClient): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
    const jwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(jwk);
    const published = { ...jwk, kid, use: 'sig', alg: ALGORITHM };
    await tx.query(
      `insert into signing_key (kid, private_key, public_jwk, retires_at)
       values ($1, $2, $3, now() + make_interval(days => ${SIGNS_FOR_DAYS}))`,
      [kid, this.box.seal(JSON.stringify(await exportJWK(privateKey))), JSON.stringify(published)],
    );
  }
}
