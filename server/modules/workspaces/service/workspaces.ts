/** Workspaces and their members. */

import type { Role, Workspace } from '../../../../core/api/team';
import { SpoorError } from '../../../../core/model/errors';
import { decodeRows, INT4, orNull, type RowOf, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import { type Cache, HOT_MS } from '../../../adapters/cache';
import type { ServerDatabase } from '../../../adapters/database';
import { timeSql } from '../../../adapters/time-sql';
import type { Actor } from '../../../http/actor';
import type { WorkspaceRef } from '../../../http/route';
import { audit } from '../../audit/service/audit';
import { type Membership, noWorkspace } from '../../auth/service/workspaces-of-account';

const WORKSPACE = { id: TEXT, name: TEXT, version: INT4, created_at: TEXT, retention_days: orNull(INT4) };
const COLUMNS = `public_id::text as id, name, version, ${timeSql('created_at')} as created_at, retention_days`;

const CACHED = 'auth:-:membership:';

export class Workspaces {
  constructor(
    private readonly database: Pick<ServerDatabase, 'system' | 'tenant'>,
    private readonly cache: Cache,
  ) {}

  /** With its first member, who owns it. */
  async create(name: string, ownerId: string, actor: Actor): Promise<Workspace & { readonly ref: WorkspaceRef }> {
    return this.database.system.transaction(async (tx) => {
      const rows = await tx.query(
        `insert into workspace (id, name) values (nextval('workspace_id')::int4, $1) returning id as number, ${COLUMNS}`,
        [name],
      );
      const [row] = decodeRows({ number: INT4, ...WORKSPACE }, rows);
      if (!row) throw new Error('the workspace was not made');
      await tx.query(`insert into membership (workspace_id, account_id, role) values ($1, $2::uuid, 'owner')`, [
        row.number,
        ownerId,
      ]);
      // The rules that every workspace begins with stand in the one that the schema came with.
      await tx.query(
        `insert into guardrail (workspace_id, name, kind, enabled, created_at)
         select $1, name, kind, enabled, created_at from guardrail where workspace_id = 1`,
        [row.number],
      );
      await audit(tx, row.number, {
        actor: actor.name,
        requestId: actor.requestId,
        action: 'workspace.create',
        table: 'workspace',
        recordId: row.id,
        new: { name },
      });
      return { ...workspaceOf(row), ref: { id: row.number, publicId: row.id } };
    });
  }

  async get(workspaceId: number): Promise<Workspace> {
    const rows = await this.database
      .tenant(workspaceId)
      .query(`select ${COLUMNS} from workspace where id = $1 and deleted_at is null`, [workspaceId]);
    const [row] = decodeRows(WORKSPACE, rows);
    if (!row) throw noWorkspace();
    return workspaceOf(row);
  }

  /** Those that an account is a member of, with its role. */
  async ofAccount(accountId: string): Promise<(Workspace & { readonly role: Role })[]> {
    const rows = await this.database.system.query(
      `select w.public_id::text as id, w.name, w.version, ${timeSql('w.created_at')} as created_at,
         w.retention_days, m.role
       from membership m join workspace w on w.id = m.workspace_id
       where m.account_id = $1::uuid and w.deleted_at is null order by m.created_at, w.id`,
      [accountId],
    );
    return decodeRows({ ...WORKSPACE, role: TEXT }, rows).map((row) => ({
      ...workspaceOf(row),
      role: row.role as Role,
    }));
  }

  /** Null: the account is no member, or there is no such workspace. */
  membership(accountId: string, publicId: string): Promise<Membership | null> {
    const key = `${CACHED}${publicId}:${accountId}`;
    return this.cache.get(key, HOT_MS, () => this.findMembership(accountId, publicId));
  }

  private async findMembership(accountId: string, publicId: string): Promise<Membership | null> {
    const rows = await this.database.system.query(
      `select w.id, m.role from membership m join workspace w on w.id = m.workspace_id
       where m.account_id = $1::uuid and w.public_id = $2::uuid and w.deleted_at is null`,
      [accountId, publicId],
    );
    const [row] = decodeRows({ id: INT4, role: TEXT }, rows);
    return row ? { workspace: { id: row.id, publicId }, role: row.role as Role } : null;
  }

  /** @throws SpoorError NOT_FOUND, CONFLICT */
  async update(
    workspaceId: number,
    version: number,
    { name, retentionDays }: Pick<Workspace, 'name' | 'retentionDays'>,
    actor: Actor,
  ): Promise<Workspace> {
    const changed = await this.change(workspaceId, actor, 'workspace.update', async (tx) => {
      const rows = await tx.query(
        `update workspace set name = $3, retention_days = $4, version = version + 1, updated_at = now()
         where id = $1 and version = $2 and deleted_at is null returning ${COLUMNS}`,
        [workspaceId, version, name, retentionDays],
      );
      const [row] = decodeRows(WORKSPACE, rows);
      return row ? { recordId: row.id, new: { name, retentionDays }, value: workspaceOf(row) } : null;
    });
    if (changed) return changed;
    await this.get(workspaceId);
    throw new SpoorError('CONFLICT', 'The workspace was changed meanwhile; look at it again.');
  }

  /** It is no longer there for anybody; its rows stay. */
  async remove(workspaceId: number, actor: Actor): Promise<void> {
    await this.change(workspaceId, actor, 'workspace.delete', async (tx) => {
      const rows = await tx.query(
        'update workspace set deleted_at = now() where id = $1 and deleted_at is null returning public_id::text as id',
        [workspaceId],
      );
      const [row] = decodeRows({ id: TEXT }, rows);
      return row ? { recordId: row.id, value: null } : null;
    });
    // Its members and its keys.
    await this.cache.forget('auth:');
  }

  async publicIdOf(workspaceId: number): Promise<string | null> {
    const rows = await this.database.system.query(
      'select public_id::text as id from workspace where id = $1 and deleted_at is null',
      [workspaceId],
    );
    return decodeRows({ id: TEXT }, rows)[0]?.id ?? null;
  }

  /** What was remembered of a member is asked for again. */
  forget(): Promise<void> {
    return this.cache.forget(CACHED);
  }

  private async change<T>(
    workspaceId: number,
    actor: Actor,
    action: string,
    run: (tx: SqlClient) => Promise<{ readonly recordId: string; readonly new?: object; readonly value: T } | null>,
  ): Promise<T | null> {
    return this.database.tenant(workspaceId).transaction(async (tx) => {
      const done = await run(tx);
      if (!done) return null;
      const { recordId, new: changed, value } = done;
      await audit(tx, workspaceId, {
        actor: actor.name,
        requestId: actor.requestId,
        action,
        table: 'workspace',
        recordId,
        new: changed ?? null,
      });
      return value;
    });
  }
}

function workspaceOf(row: RowOf<typeof WORKSPACE>): Workspace {
  const { id, name, version, created_at: createdAt, retention_days: retentionDays } = row;
  return { id, name, version, createdAt, retentionDays };
}
