/** Signing in: a password for an access token and a refresh token, the refresh token for the next pair. */
import { SpoorError } from '../../../../core/api/errors';
import type { KeptSession } from '../../../../core/api/team';
import type { SqlClient } from '../../../../core/store/sql-client';
import type { Actor } from '../../../http/actor';
import { permissionsOf } from '../../../http/permissions';
import { noWorkspace, type Workspaces } from '../../workspaces/service/workspaces';
import type { AccountRepo, StoredAccount } from '../repo/accounts';
import type { RefreshTokenRepo } from '../repo/refresh-tokens';
import { ACCESS_SECONDS, type AccessTokens } from './access-tokens';
import type { Passwords } from './passwords';
import { digestOf, newSecret } from './secrets';

export const REFRESH_SECONDS = 7 * 24 * 3_600;
const SETUP_HOURS = 24;

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

export class SignIn {
  constructor(
    private readonly sql: SqlClient,
    private readonly accounts: AccountRepo,
    private readonly refreshTokens: RefreshTokenRepo,
    private readonly passwords: Passwords,
    private readonly tokens: AccessTokens,
    private readonly workspaces: Workspaces,
  ) {}

  /** @param workspace public id; undefined: the first that the account is a member of @throws SpoorError UNAUTHORIZED */
  async withPassword(email: string, password: string, workspace: string | undefined): Promise<KeptSession> {
    return this.begin(await this.check(email, password), workspace);
  }

  /** Who has shown elsewhere who they are. */
  async asAccount(account: StoredAccount): Promise<KeptSession> {
    return this.begin(account, undefined);
  }

  /** Who allowed a program to be signed in as them. @throws SpoorError UNAUTHORIZED, NOT_FOUND */
  async forDevice(accountId: string, workspaceId: number): Promise<KeptSession> {
    const account = await this.accounts.byId(accountId);
    if (!account) throw new SpoorError('UNAUTHORIZED', 'This account was closed.');
    const workspace = await this.workspaces.publicIdOf(workspaceId);
    if (workspace === null) throw noWorkspace();
    return this.begin(account, workspace);
  }

  /** It takes as long for an address without an account. @throws SpoorError UNAUTHORIZED */
  async check(email: string, password: string): Promise<StoredAccount> {
    const account = await this.accounts.byEmail(email);
    if (!(await this.passwords.fits(account?.passwordHash ?? null, password)) || !account) {
      throw new SpoorError('UNAUTHORIZED', 'The e-mail address or the password is not right.');
    }
    return account;
  }

  /** A token that was used before was stolen, from us or from who came first: all of its family end. */
  async refresh(refreshToken: string, workspace: string | undefined): Promise<KeptSession> {
    const stored = await this.refreshTokens.use(digestOf(refreshToken));
    if (stored?.spent === 'used') await this.refreshTokens.revokeFamily(stored.familyId, 'a token was used twice');
    const account = stored && !stored.spent ? await this.accounts.byId(stored.accountId) : null;
    if (!stored || !account) {
      throw new SpoorError('UNAUTHORIZED', 'The refresh token is no longer valid: sign in again.');
    }
    const before = workspace ?? (await this.workspaces.publicIdOf(stored.workspaceId)) ?? undefined;
    return this.session(account, stored.familyId, before);
  }

  async end(refreshToken: string): Promise<void> {
    const stored = await this.refreshTokens.use(digestOf(refreshToken));
    if (stored) await this.refreshTokens.revokeFamily(stored.familyId, 'signed out');
  }

  /** The secret of a link with which the first owner is made; null: there is an account already. */
  async setupSecret(): Promise<string | null> {
    if (!(await this.accounts.isEmpty())) return null;
    const secret = newSecret('setup_');
    await this.sql.query(
      'insert into setup_link (digest, expires_at) values ($1, now() + make_interval(hours => $2))',
      [digestOf(secret), SETUP_HOURS],
    );
    return secret;
  }

  /** @throws SpoorError UNAUTHORIZED for a link that is old, used, or invented */
  async setUp(secret: string, owner: NewAccount, workspaceName: string, actor: Actor): Promise<KeptSession> {
    const used = await this.sql.query(
      'delete from setup_link where digest = $1 and expires_at > now() returning 1 as one',
      [digestOf(secret)],
    );
    if (used.length === 0 || !(await this.accounts.isEmpty())) {
      throw new SpoorError('UNAUTHORIZED', 'This link is not valid any more; a start of the server prints a new one.');
    }
    // No other link is good once there is an owner.
    await this.sql.query('delete from setup_link');
    const account = await this.register(owner);
    const { id } = await this.workspaces.create(workspaceName, account.id, { ...actor, name: `account:${account.id}` });
    return this.begin(account, id);
  }

  /** @throws SpoorError CONFLICT when the address has an account */
  async register({ email, name, password }: NewAccount): Promise<StoredAccount> {
    const account = await this.accounts.create(email, name, await this.passwords.hash(password));
    if (!account) throw new SpoorError('CONFLICT', 'There is an account with this e-mail address; sign in with it.');
    return account;
  }

  private async begin(account: StoredAccount, workspace: string | undefined): Promise<KeptSession> {
    // A family of its own: what somebody planted in the browser before is not part of it.
    return this.session(account, await this.refreshTokens.newFamily(account.id), workspace);
  }

  private async session(account: StoredAccount, familyId: string, wanted: string | undefined): Promise<KeptSession> {
    const workspace = wanted ?? (await this.workspaces.ofAccount(account.id))[0]?.id;
    const membership = workspace && (await this.workspaces.membership(account.id, workspace));
    if (!workspace || !membership) throw noWorkspace();
    const refreshToken = newSecret('refresh_');
    await this.refreshTokens.add(digestOf(refreshToken), familyId, membership.workspace.id, REFRESH_SECONDS);
    const scope = permissionsOf(membership.role).join(' ');
    const accessToken = await this.tokens.issue({ accountId: account.id, workspace }, scope);
    return { accessToken, expiresIn: ACCESS_SECONDS, refreshToken, workspace };
  }
}
