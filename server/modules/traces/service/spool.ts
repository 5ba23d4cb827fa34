/** Requests that were taken by a copy of the server which does not write their workspace: on disk, for the one that does. */
import { BYTEA, decodeRows, INT4, INT8, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import { notNow } from './writers';

/** Of one workspace; more than this waits for nobody's good. */
const MAX_WAITING = 2_000;
const PAGE = 20;
const DEAD = 'dead:';

export interface SpooledRequest {
  readonly id: bigint;
  readonly signal: string;
  readonly body: Uint8Array;
}

export class Spool {
  constructor(private readonly sql: SqlClient) {}

  /** Resolves when it is on disk. @throws SpoorError SERVICE_UNAVAILABLE */
  async add(workspaceId: number, signal: string, body: Uint8Array): Promise<void> {
    const rows = await this.sql.query(
      `insert into ingest_spool (workspace_id, signal, body) select $1, $2, $3
       where (select count(*) from (select 1 from ingest_spool where workspace_id = $1 limit ${MAX_WAITING}) w) < ${MAX_WAITING}
       returning 1 as one`,
      [workspaceId, signal, body],
    );
    if (rows.length === 0) throw notNow();
  }

  /** In the order in which they came. */
  async next(workspaceId: number): Promise<SpooledRequest[]> {
    const rows = await this.sql.query(
      `select id, signal, body from ingest_spool where workspace_id = $1 and signal not like '${DEAD}%'
       order by id limit ${PAGE}`,
      [workspaceId],
    );
    return decodeRows({ id: INT8, signal: TEXT, body: BYTEA }, rows);
  }

  async remove(ids: readonly bigint[]): Promise<void> {
    await this.sql.query('delete from ingest_spool where id = any($1::int8[])', [ids]);
  }

  /** It cannot be stored, which nobody foresaw: it stays to be looked at, and holds nothing up. */
  async setAside(id: bigint): Promise<void> {
    await this.sql.query(`update ingest_spool set signal = '${DEAD}' || signal where id = $1`, [id]);
  }

  /** Workspaces for which something waits. */
  async workspaces(): Promise<number[]> {
    const rows = await this.sql.query(
      `select distinct workspace_id from ingest_spool where signal not like '${DEAD}%' limit 1000`,
    );
    return decodeRows({ workspace_id: INT4 }, rows).map(({ workspace_id }) => workspace_id);
  }
}
