/**
 * `Idempotency-Key`: a POST that is sent again, because nobody heard the answer, is answered as before and does nothing more
 * (draft-ietf-httpapi-idempotency-key-header).
 */
import { createHash } from 'node:crypto';
import { SpoorError } from '../../core/model/errors';
import { BYTEA, decodeRows, INT4, orNull, TEXT } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';
import type { ServerDatabase } from '../adapters/database';
import type { Principal } from './route';

const KEY = /^[\x21-\x7e]{1,200}$/;
const KEPT = "interval '1 day'";
/** One that was not answered in this time never will be: its copy of the server died. */
const ABANDONED = "interval '1 minute'";

export interface Remembered {
  readonly status: number;
  readonly body: string;
}

export class Idempotency {
  constructor(private readonly database: Pick<ServerDatabase, 'tenant'>) {}

  /**
   * @param request method, path and body
   * @param run does the work; what it answers is kept when it succeeds
   * @param isSecret the answer is not kept: it may be told once
   * @throws SpoorError VALIDATION_ERROR, CONFLICT
   */
  async once(
    who: Principal,
    key: string,
    request: string,
    isSecret: boolean,
    run: () => Promise<Remembered>,
  ): Promise<Remembered & { readonly replayed: boolean }> {
    if (!KEY.test(key)) {
      throw new SpoorError('VALIDATION_ERROR', 'Idempotency-Key must be 1 to 200 printable characters without spaces.');
    }
    const sql = this.database.tenant(who.workspace.id);
    const names = [who.workspace.id, `${who.kind}:${who.id}`, key] as const;
    const fingerprint = createHash('sha256').update(request).digest();
    const known = await begin(sql, names, fingerprint);
    if (known) return { ...known, replayed: true };
    try {
      const answer = await run();
      const isDone = answer.status < 400;
      await (isDone ? finish(sql, names, answer.status, isSecret ? null : answer.body) : forget(sql, names));
      return { ...answer, replayed: false };
    } catch (error) {
      await forget(sql, names);
      throw error;
    }
  }
}

type Names = readonly [workspaceId: number, actor: string, key: string];
const NAMED = 'workspace_id = $1 and actor = $2 and key = $3';

/** Null: the work is to be done. */
async function begin(sql: SqlClient, names: Names, fingerprint: Uint8Array): Promise<Remembered | null> {
  await sql.query(
    `delete from idempotency_key where workspace_id = $1 and (created_at < now() - ${KEPT}
       or (status is null and created_at < now() - ${ABANDONED}))`,
    [names[0]],
  );
  const made = await sql.query(
    `insert into idempotency_key (workspace_id, actor, key, fingerprint) values ($1, $2, $3, $4)
     on conflict do nothing returning 1 as one`,
    [...names, fingerprint],
  );
  if (made.length > 0) return null;
  const rows = await sql.query(`select fingerprint, status, body from idempotency_key where ${NAMED}`, names);
  const [row] = decodeRows({ fingerprint: BYTEA, status: orNull(INT4), body: orNull(TEXT) }, rows);
  if (!row || row.status === null) {
    throw new SpoorError('CONFLICT', 'The same request is being worked on; ask again in a moment.');
  }
  if (Buffer.compare(row.fingerprint, fingerprint) !== 0) {
    throw new SpoorError('CONFLICT', 'This Idempotency-Key was used for another request; take a new one.');
  }
  if (row.body === null) {
    throw new SpoorError(
      'CONFLICT',
      'This request has already succeeded. Its secret was shown once and cannot be shown again.',
    );
  }
  return { status: row.status, body: row.body };
}

async function finish(sql: SqlClient, names: Names, status: number, body: string | null): Promise<void> {
  await sql.query(`update idempotency_key set status = $4, body = $5 where ${NAMED}`, [...names, status, body]);
}

async function forget(sql: SqlClient, names: Names): Promise<void> {
  await sql.query(`delete from idempotency_key where ${NAMED} and status is null`, names);
}
