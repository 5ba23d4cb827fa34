/** Members of a workspace and those invited to be. */

import type { Invitation, Member, Role } from '../../../../core/api/team';
import { SpoorError } from '../../../../core/model/errors';
import { BYTEA, decodeRows, INT4, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import type { ServerDatabase } from '../../../adapters/database';
import { timeSql } from '../../../adapters/time-sql';
import type { Actor } from '../../../http/actor';
import { mayGive } from '../../../http/permissions';
import { audit } from '../../audit/service/audit';
import type { AccountRepo, StoredAccount } from '../../auth/repo/accounts';
import { digestOf, newSecret } from '../../auth/service/secrets';

const INVITED_DAYS = 7;

const MEMBER = { account_id: TEXT, role: TEXT, version: INT4 };
const INVITATION = { id: TEXT, email: TEXT, role: TEXT, expires_at: TEXT };
const INVITATION_SQL = `id::text as id, email, role, ${timeSql('expires_at')} as expires_at`;

export class Members {
  constructor(
    private readonly database: Pick<ServerDatabase, 'system' | 'tenant'>,
    private readonly accounts: AccountRepo,
    private readonly onChange: () => Promise<void>,
  ) {}

  async list(workspaceId: number): Promise<Member[]> {
    const rows = decodeRows(
      MEMBER,
      await this.database.tenant(workspaceId).query(
        `select account_id::text as account_id, role, version from membership where workspace_id = $1
           order by created_at, account_id`,
        [workspaceId],
      ),
    );
    const accounts = await this.accounts.byIds(rows.map(({ account_id }) => account_id));
    const byId = new Map(accounts.map((account) => [account.id, account]));
    return rows.flatMap((row) => {
      const account = byId.get(row.account_id);
      return account ? [memberOf(row, account)] : [];
    });
  }

  /** @throws SpoorError FORBIDDEN, NOT_FOUND, CONFLICT */
  async changeRole(
    workspaceId: number,
    accountId: string,
    version: number,
    role: Role,
    own: Role,
    actor: Actor,
  ): Promise<Member> {
    const member = await this.change(workspaceId, accountId, own, actor, 'member.update', async (tx, old) => {
      if (!mayGive(own, role)) throw new SpoorError('FORBIDDEN', `A ${own} cannot make somebody ${role}.`);
      if (old.version !== version) {
        throw new SpoorError('CONFLICT', 'This member was changed meanwhile; look at it again.');
      }
      const rows = await tx.query(
        `update membership set role = $3, version = version + 1, updated_at = now()
         where workspace_id = $1 and account_id = $2::uuid returning account_id::text as account_id, role, version`,
        [workspaceId, accountId, role],
      );
      return decodeRows(MEMBER, rows)[0] as { account_id: string; role: string; version: number };
    });
    const account = await this.accounts.byId(accountId);
    if (!account) throw noMember();
    return memberOf(member, account);
  }

  async remove(workspaceId: number, accountId: string, own: Role, actor: Actor): Promise<void> {
    await this.change(workspaceId, accountId, own, actor, 'member.delete', async (tx) => {
      await tx.query('delete from membership where workspace_id = $1 and account_id = $2::uuid', [
        workspaceId,
        accountId,
      ]);
      return null;
    });
  }

  async invitations(workspaceId: number): Promise<Invitation[]> {
    const rows = await this.database.tenant(workspaceId).query(
      `select ${INVITATION_SQL} from invitation where workspace_id = $1 and accepted_at is null and expires_at > now()
         order by created_at, id`,
      [workspaceId],
    );
    return decodeRows(INVITATION, rows).map(invitationOf);
  }

  /** @returns with the secret, which is told this once */
  async invite(
    workspaceId: number,
    email: string,
    role: Role,
    by: { readonly accountId: string; readonly role: Role },
    actor: Actor,
  ): Promise<Invitation & { readonly token: string }> {
    if (!mayGive(by.role, role)) throw new SpoorError('FORBIDDEN', `A ${by.role} cannot invite an ${role}.`);
    const token = newSecret('invite_');
    return this.database.tenant(workspaceId).transaction(async (tx) => {
      const rows = await tx.query(
        `insert into invitation (workspace_id, email, role, digest, created_by, expires_at)
         values ($1, $2, $3, $4, $5::uuid, now() + make_interval(days => ${INVITED_DAYS})) returning ${INVITATION_SQL}`,
        [workspaceId, email, role, digestOf(token), by.accountId],
      );
      const [row] = decodeRows(INVITATION, rows);
      if (!row) throw new Error('the invitation was not made');
      await audit(tx, workspaceId, {
        actor: actor.name,
        requestId: actor.requestId,
        action: 'invitation.create',
        table: 'invitation',
        recordId: row.id,
        new: { email, role },
      });
      return { ...invitationOf(row), token };
    });
  }

  async uninvite(workspaceId: number, id: string, actor: Actor): Promise<void> {
    await this.database.tenant(workspaceId).transaction(async (tx) => {
      const gone = await tx.query(
        'delete from invitation where workspace_id = $1 and id = $2::uuid returning 1 as one',
        [workspaceId, id],
      );
      if (gone.length === 0) throw new SpoorError('NOT_FOUND', 'There is no such invitation.');
      await audit(tx, workspaceId, {
        actor: actor.name,
        requestId: actor.requestId,
        action: 'invitation.delete',
        table: 'invitation',
        recordId: id,
      });
    });
  }

  /** To whom an invitation was sent; null: it is old, used or invented. */
  async invited(token: string): Promise<{ readonly email: string } | null> {
    const rows = await this.database.system.query(
      `select i.email from invitation i join workspace w on w.id = i.workspace_id
       where i.digest = $1 and i.accepted_at is null and i.expires_at > now() and w.deleted_at is null`,
      [digestOf(token)],
    );
    return decodeRows({ email: TEXT }, rows)[0] ?? null;
  }

  async isInvited(email: string): Promise<boolean> {
    return (await this.openInvitations(email)).length > 0;
  }

  /** Of somebody whose address is known to be theirs: all that were sent to it. */
  async acceptAll(account: StoredAccount, requestId: string): Promise<void> {
    for (const digest of await this.openInvitations(account.email)) {
      await this.acceptDigest(digest, account, requestId);
    }
  }

  private async openInvitations(email: string): Promise<Uint8Array[]> {
    const rows = await this.database.system.query(
      `select i.digest from invitation i join workspace w on w.id = i.workspace_id
       where lower(i.email) = lower($1) and i.accepted_at is null and i.expires_at > now() and w.deleted_at is null`,
      [email],
    );
    return decodeRows({ digest: BYTEA }, rows).map(({ digest }) => digest);
  }

  /** @returns the number of the workspace that the account is now a member of. @throws SpoorError NOT_FOUND */
  async accept(token: string, account: StoredAccount, requestId: string): Promise<number> {
    return this.acceptDigest(digestOf(token), account, requestId);
  }

  private async acceptDigest(digest: Uint8Array, account: StoredAccount, requestId: string): Promise<number> {
    const workspaceId = await this.database.system.transaction(async (tx) => {
      const rows = await tx.query(
        `update invitation set accepted_at = now() where digest = $1 and accepted_at is null and expires_at > now()
           and lower(email) = lower($2) returning workspace_id, role, id::text as id`,
        [digest, account.email],
      );
      const [row] = decodeRows({ workspace_id: INT4, role: TEXT, id: TEXT }, rows);
      if (!row) throw new SpoorError('NOT_FOUND', 'This invitation is not valid any more; ask for a new one.');
      await tx.query(
        `insert into membership (workspace_id, account_id, role) values ($1, $2::uuid, $3) on conflict do nothing`,
        [row.workspace_id, account.id, row.role],
      );
      await audit(tx, row.workspace_id, {
        actor: `account:${account.id}`,
        requestId,
        action: 'invitation.accept',
        table: 'invitation',
        recordId: row.id,
        new: { role: row.role },
      });
      return row.workspace_id;
    });
    await this.onChange();
    return workspaceId;
  }

  /** Nobody changes who is above them, and a workspace keeps an owner. */
  private async change<T>(
    workspaceId: number,
    accountId: string,
    own: Role,
    actor: Actor,
    action: string,
    run: (tx: SqlClient, old: { readonly version: number }) => Promise<T>,
  ): Promise<T> {
    const result = await this.database.tenant(workspaceId).transaction(async (tx) => {
      // All of them, so that two owners who go at the same time wait for each other.
      const rows = decodeRows(
        MEMBER,
        await tx.query(
          `select account_id::text as account_id, role, version from membership where workspace_id = $1
           order by account_id for update`,
          [workspaceId],
        ),
      );
      const old = rows.find((row) => row.account_id === accountId);
      if (!old) throw noMember();
      if (!mayGive(own, old.role as Role)) throw new SpoorError('FORBIDDEN', `A ${own} cannot change an ${old.role}.`);
      const done = await run(tx, old);
      const owners = await tx.query(
        `select 1 as one from membership where workspace_id = $1 and role = 'owner' limit 1`,
        [workspaceId],
      );
      if (owners.length === 0) {
        throw new SpoorError('CONFLICT', 'A workspace needs an owner: make somebody else one first.');
      }
      await audit(tx, workspaceId, {
        actor: actor.name,
        requestId: actor.requestId,
        action,
        table: 'membership',
        recordId: accountId,
        old: { role: old.role },
        new: done === null ? null : { role: (done as unknown as { role: string }).role },
      });
      return done;
    });
    await this.onChange();
    return result;
  }
}

function noMember(): SpoorError {
  return new SpoorError('NOT_FOUND', 'There is no such member.');
}

function memberOf(row: { account_id: string; role: string; version: number }, account: StoredAccount): Member {
  const { email, name } = account;
  return { accountId: row.account_id, email, name, role: row.role as Role, version: row.version };
}

function invitationOf(row: { id: string; email: string; role: string; expires_at: string }): Invitation {
  return { id: row.id, email: row.email, role: row.role as Role, expiresAt: row.expires_at };
}
