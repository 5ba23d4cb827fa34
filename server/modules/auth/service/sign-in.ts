/** Signing in: a password for an access token and a refresh token, the refresh token for the next pair. */

import type { KeptSession } from '../../../../core/api/team';
import { SpoorError } from '../../../../core/model/errors';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import type { Log } from '../../../../services/log';
import { permissionsOf } from '../../../http/permissions';
import { auditAccount } from '../../audit/service/audit';
import type { AccountRepo, StoredAccount } from '../repo/accounts';
import type { KnownDeviceRepo } from '../repo/known-devices';
import type { RefreshTokenRepo } from '../repo/refresh-tokens';
import { ACCESS_SECONDS, type AccessTokens } from './access-tokens';
import type { Guesses } from './guesses';
import type { Passwords } from './passwords';
import { digestOf, newSecret } from './secrets';
import type { Sessions } from './sessions';
import { noWorkspace, type WorkspacesOfAccount } from './workspaces-of-account';

export const REFRESH_SECONDS = 7 * 24 * 3_600;
const SETUP_HOURS = 24;

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

/** Who asks, before it is known who they are. */
export interface Visitor {
  readonly requestId: string;
  readonly ip: string;
  /** What the browser keeps of a sign-in before; null: nothing. */
  readonly device: string | null;
}

export interface SignedIn {
  readonly session: KeptSession;
  /** What the browser is to keep; null: it does, or keeps nothing. */
  readonly newDevice: string | null;
}

interface Services {
  readonly sql: SqlClient;
  readonly accounts: AccountRepo;
  readonly refreshTokens: RefreshTokenRepo;
  readonly passwords: Passwords;
  readonly tokens: AccessTokens;
  readonly workspaces: WorkspacesOfAccount;
  readonly sessions: Sessions;
  readonly guesses: Guesses;
  readonly devices: KnownDeviceRepo;
  readonly log: Log;
}

/** As the audit log names who did not show who they are. */
const NOBODY = 'system';

export class SignIn {
  constructor(private readonly services: Services) {}

  /** @param workspace public id; undefined: the first that the account is a member of @throws SpoorError UNAUTHORIZED, RATE_LIMITED */
  async withPassword(
    email: string,
    password: string,
    workspace: string | undefined,
    visitor: Visitor,
    keepsCookies: boolean,
  ): Promise<SignedIn> {
    const { account, isKnown } = await this.check(email, password, visitor);
    const session = await this.begin(account, workspace, 'password', visitor);
    if (isKnown || !keepsCookies) return { session, newDevice: null };
    const newDevice = newSecret('device_');
    await this.services.devices.add(digestOf(newDevice), account.id);
    return { session, newDevice };
  }

  /** Who has shown elsewhere who they are. */
  async asAccount(account: StoredAccount, visitor: Visitor): Promise<KeptSession> {
    return this.begin(account, undefined, 'oidc', visitor);
  }

  /** Who allowed a program to be signed in as them. @throws SpoorError UNAUTHORIZED, NOT_FOUND */
  async forDevice(accountId: string, workspaceId: number, visitor: Visitor): Promise<KeptSession> {
    const account = await this.services.accounts.byId(accountId);
    if (!account) throw new SpoorError('UNAUTHORIZED', 'This account was closed.');
    const workspace = await this.services.workspaces.publicIdOf(workspaceId);
    if (workspace === null) throw noWorkspace();
    return this.begin(account, workspace, 'device', visitor);
  }

  /** It takes as long for an address without an account. @throws SpoorError UNAUTHORIZED, RATE_LIMITED */
  async check(
    email: string,
    password: string,
    visitor: Visitor,
  ): Promise<{ readonly account: StoredAccount; readonly isKnown: boolean }> {
    const account = await this.services.accounts.byEmail(email);
    const guess = await this.services.guesses.begin(email, account?.id ?? null, visitor.device);
    if ((await this.services.passwords.fits(account?.passwordHash ?? null, password)) && account) {
      await guess.wasRight();
      return { account, isKnown: guess.isKnown };
    }
    const { ip, requestId } = visitor;
    this.services.log('warn', 'a sign-in failed', { requestId, ip });
    if (account) {
      await this.note('account.sign-in-failed', account.id, NOBODY, visitor, {
        method: 'password',
        attemptsLeft: guess.allowance.remaining,
      });
    }
    throw new SpoorError('UNAUTHORIZED', 'The e-mail address or the password is not right.');
  }

  /** A token that was used before was stolen, from us or from who came first: all of its family end. */
  async refresh(refreshToken: string, workspace: string | undefined, visitor: Visitor): Promise<KeptSession> {
    const stored = await this.services.refreshTokens.use(digestOf(refreshToken));
    if (stored?.spent === 'used' && (await this.services.sessions.end(stored.familyId, 'a token was used twice'))) {
      const { accountId, familyId: session } = stored;
      await this.note('account.token-reused', accountId, NOBODY, visitor, { session });
    }
    const account = stored && !stored.spent ? await this.services.accounts.byId(stored.accountId) : null;
    if (!stored || !account) {
      throw new SpoorError('UNAUTHORIZED', 'The refresh token is no longer valid: sign in again.');
    }
    const before = workspace ?? (await this.services.workspaces.publicIdOf(stored.workspaceId)) ?? undefined;
    return this.session(account, stored.familyId, before);
  }

  /** Access tokens of the same sign-in are refused from now on. */
  async end(refreshToken: string, visitor: Visitor): Promise<void> {
    const stored = await this.services.refreshTokens.use(digestOf(refreshToken));
    if (!stored || !(await this.services.sessions.end(stored.familyId, 'signed out'))) return;
    const { accountId, familyId: session } = stored;
    await this.note('account.sign-out', accountId, `account:${accountId}`, visitor, { session });
  }

  /** The secret of a link with which the first owner is made; null: there is an account already. */
  async setupSecret(): Promise<string | null> {
    if (!(await this.services.accounts.isEmpty())) return null;
    const secret = newSecret('setup_');
    await this.services.sql.query(
      'insert into setup_link (digest, expires_at) values ($1, now() + make_interval(hours => $2))',
      [digestOf(secret), SETUP_HOURS],
    );
    return secret;
  }

  /** @throws SpoorError UNAUTHORIZED for a link that is old, used, or invented */
  async setUp(secret: string, owner: NewAccount, workspaceName: string, visitor: Visitor): Promise<KeptSession> {
    const used = await this.services.sql.query(
      'delete from setup_link where digest = $1 and expires_at > now() returning 1 as one',
      [digestOf(secret)],
    );
    if (used.length === 0 || !(await this.services.accounts.isEmpty())) {
      throw new SpoorError('UNAUTHORIZED', 'This link is not valid any more; a start of the server prints a new one.');
    }
    // No other link is good once there is an owner.
    await this.services.sql.query('delete from setup_link');
    const account = await this.register(owner);
    const actor = { name: `account:${account.id}`, requestId: visitor.requestId };
    const { id } = await this.services.workspaces.create(workspaceName, account.id, actor);
    return this.begin(account, id, 'setup', visitor);
  }

  /** @throws SpoorError CONFLICT when the address has an account */
  async register({ email, name, password }: NewAccount): Promise<StoredAccount> {
    const account = await this.services.accounts.create(email, name, await this.services.passwords.hash(password));
    if (!account) throw new SpoorError('CONFLICT', 'There is an account with this e-mail address; sign in with it.');
    return account;
  }

  private async begin(
    account: StoredAccount,
    workspace: string | undefined,
    method: 'password' | 'oidc' | 'device' | 'setup',
    visitor: Visitor,
  ): Promise<KeptSession> {
    // A family of its own: what somebody planted in the browser before is not part of it.
    const familyId = await this.services.refreshTokens.newFamily(account.id);
    const session = await this.session(account, familyId, workspace);
    await this.note('account.sign-in', account.id, `account:${account.id}`, visitor, { method, session: familyId });
    return session;
  }

  private async session(account: StoredAccount, familyId: string, wanted: string | undefined): Promise<KeptSession> {
    const workspace = wanted ?? (await this.services.workspaces.ofAccount(account.id))[0]?.id;
    const membership = workspace && (await this.services.workspaces.membership(account.id, workspace));
    if (!workspace || !membership) throw noWorkspace();
    const refreshToken = newSecret('refresh_');
    await this.services.refreshTokens.add(digestOf(refreshToken), familyId, membership.workspace.id, REFRESH_SECONDS);
    const scope = permissionsOf(membership.role).join(' ');
    const accessToken = await this.services.tokens.issue(
      { accountId: account.id, sessionId: familyId, workspace },
      scope,
    );
    return { accessToken, expiresIn: ACCESS_SECONDS, refreshToken, workspace };
  }

  /** Nothing is given out, or taken back, that the audit log does not know of. */
  private note(action: string, accountId: string, actor: string, visitor: Visitor, what: object): Promise<void> {
    const { ip, requestId } = visitor;
    const entry = { actor, action, table: 'account', recordId: accountId, new: { ...what, ip }, requestId };
    return auditAccount(this.services.sql, accountId, entry);
  }
}
