/** Who asks: by an access token or by an API key. */
import { SpoorError } from '../../core/model/errors';
import { permissionsOf } from '../http/permissions';
import type { Principal } from '../http/route';
import { type ApiKeys, KEY_PREFIX } from '../modules/api-keys/service/api-keys';
import type { AccessTokens } from '../modules/auth/service/access-tokens';
import type { Sessions } from '../modules/auth/service/sessions';
import type { Workspaces } from '../modules/workspaces/service/workspaces';

const MAX_TOKEN = 4_096;

export class Authentication {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly keys: ApiKeys,
    private readonly workspaces: Workspaces,
    private readonly sessions: Sessions,
  ) {}

  /** @param header `Authorization` @throws SpoorError UNAUTHORIZED */
  async principal(header: string | undefined): Promise<Principal> {
    const [scheme, token, ...more] = (header ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !token || more.length > 0) {
      throw new SpoorError('UNAUTHORIZED', 'Send Authorization: Bearer with an access token or an API key.');
    }
    return (await this.session(token)).principal;
  }

  /** @param token an access token or an API key @returns until when it is good, epoch milliseconds @throws SpoorError UNAUTHORIZED */
  async session(token: string): Promise<{ readonly principal: Principal; readonly until: number }> {
    if (token.length > MAX_TOKEN) throw new SpoorError('UNAUTHORIZED', 'This is no token.');
    if (token.startsWith(KEY_PREFIX)) {
      const principal = await this.keys.principal(token);
      if (!principal) throw new SpoorError('UNAUTHORIZED', 'The API key is not valid: it may be revoked or expired.');
      return { principal, until: Number.POSITIVE_INFINITY };
    }
    const { accountId, sessionId, workspace, expiresAt } = await this.tokens.verify(token);
    if (!(await this.sessions.isOpen(sessionId, accountId))) {
      throw new SpoorError('UNAUTHORIZED', 'This session has ended: sign in again.');
    }
    const membership = await this.workspaces.membership(accountId, workspace);
    if (!membership) throw new SpoorError('UNAUTHORIZED', 'You are no longer a member of this workspace.');
    const { role } = membership;
    const permissions = permissionsOf(role);
    const principal: Principal = { kind: 'account', id: accountId, workspace: membership.workspace, role, permissions };
    return { principal, until: expiresAt };
  }
}
