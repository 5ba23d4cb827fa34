/**
 * Who this desktop is to the server: an API key, or an account that said yes in a browser. The secret is in the keychain of the
 * system, or in memory where there is none; access tokens are in memory alone.
 */
import type { KeptSession } from '../../core/api/team';
import type { KeyService } from '../../core/api/workers';
import { SyncFailure } from './failure';
import { type Answered, type Ask, ask } from './server-client';

/** Of the secret, among the keys of endpoints. */
const SYNC_KEY = 'sync';
/** Renewed so long before it ends. */
const EARLY_MS = 30_000;

type Secret =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'account'; readonly refreshToken: string };

export class Session {
  private access: { readonly token: string; readonly until: number } | null = null;
  private renewing: Promise<string> | null = null;

  constructor(
    private readonly server: string,
    private readonly keys: Pick<KeyService, 'keyOf' | 'setKey'>,
    private readonly stop: AbortSignal,
  ) {}

  async keepKey(key: string): Promise<void> {
    await this.keep({ kind: 'key', key });
  }

  async keepSession(session: Pick<KeptSession, 'accessToken' | 'expiresIn' | 'refreshToken'>): Promise<void> {
    await this.keep({ kind: 'account', refreshToken: session.refreshToken });
    this.access = { token: session.accessToken, until: Date.now() + session.expiresIn * 1_000 };
  }

  /** Signs out there, too, where the server can be reached. */
  async forget(): Promise<void> {
    const secret = await this.secret();
    await this.keys.setKey(SYNC_KEY, null);
    this.access = null;
    if (secret?.kind !== 'account') return;
    const json = { refreshToken: secret.refreshToken };
    await ask(this.server, { method: 'POST', path: '/v1/auth/sign-out', json }, null, this.stop).catch(() => {});
  }

  /** @throws SyncFailure, OtherHistory */
  async ask(request: Ask): Promise<Answered> {
    const token = await this.token();
    try {
      return await ask(this.server, request, token, this.stop);
    } catch (error) {
      if (!(error instanceof SyncFailure) || error.code !== 'signed-out' || this.access?.token !== token) throw error;
      // It ended before its time: its key was taken out, say.
      this.access = null;
      return ask(this.server, request, await this.token(), this.stop);
    }
  }

  /** @throws SyncFailure */
  async token(): Promise<string> {
    if (this.access && this.access.until > Date.now() + EARLY_MS) return this.access.token;
    this.renewing ??= this.renew().finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  private async renew(): Promise<string> {
    const secret = await this.secret();
    if (!secret) {
      throw new SyncFailure('signed-out', 'This machine has no session with the server any more. Sign in again.');
    }
    if (secret.kind === 'key') return secret.key;
    const json = { refreshToken: secret.refreshToken };
    const { body } = await ask(this.server, { method: 'POST', path: '/v1/auth/refresh', json }, null, this.stop);
    const session = JSON.parse(new TextDecoder().decode(body)) as KeptSession;
    await this.keepSession(session);
    return session.accessToken;
  }

  private async secret(): Promise<Secret | null> {
    const kept = await this.keys.keyOf(SYNC_KEY, SYNC_KEY);
    if (kept === null) return null;
    // Of the environment: an API key as it is.
    return kept.startsWith('{') ? (JSON.parse(kept) as Secret) : { kind: 'key', key: kept };
  }

  private async keep(secret: Secret): Promise<void> {
    await this.keys.setKey(SYNC_KEY, JSON.stringify(secret));
  }
}
