/**
 * Whether a sign-in still stands. Access tokens carry its id, so that they end with it at once and not only when they expire: when
 * somebody signs out, when a refresh token is used twice, when the account is closed.
 */
import { type Cache, HOT_MS } from '../../../adapters/cache';
import type { RefreshTokenRepo } from '../repo/refresh-tokens';

const CACHED = 'auth:-:session:';

export class Sessions {
  constructor(
    private readonly families: RefreshTokenRepo,
    private readonly cache: Cache,
  ) {}

  isOpen(id: string, accountId: string): Promise<boolean> {
    return this.cache.get(`${CACHED}${id}:${accountId}`, HOT_MS, () => this.families.isOpen(id, accountId));
  }

  /** In every copy of the server. @returns whether it was open */
  async end(id: string, reason: string): Promise<boolean> {
    const ended = await this.families.revoke(id, reason);
    await this.cache.forget(`${CACHED}${id}:`);
    return ended;
  }
}
