/**
 * Passwords that are tried, counted by account: from however many addresses they come. A browser that somebody signed in with before
 * is counted for itself, so that who guesses keeps nobody out of their own account. Source: OWASP, "Slow down online guessing attacks
 * with device cookies".
 */
import type { Allowance, RateLimit, RateLimits } from '../../../http/rate-limits';
import type { KnownDeviceRepo } from '../repo/known-devices';
import { digestOf } from './secrets';

const TRIES = 30;
const SECONDS = 15 * 60;

export class Guesses {
  private readonly limit: RateLimit;

  constructor(
    limits: RateLimits,
    private readonly devices: KnownDeviceRepo,
  ) {
    this.limit = limits.window('guesses', TRIES, SECONDS, 'attempts to sign in to this account');
  }

  /**
   * Counts one before the password is looked at.
   * @param accountId null: no account has the address, which is counted all the same
   * @param device what the browser keeps; null: nothing
   * @returns what to tell of a password that is right
   * @throws RateLimited
   */
  async begin(email: string, accountId: string | null, device: string | null): Promise<Guess> {
    const digest = device === null ? null : digestOf(device);
    const isKnown = digest !== null && accountId !== null && (await this.devices.isOf(digest, accountId));
    const who = digestOf(isKnown ? `${device}:${accountId}` : email.toLowerCase());
    const key = Buffer.from(who).toString('base64url');
    const allowance = await this.limit.take(key);
    return { isKnown, allowance, wasRight: () => this.limit.reset(key) };
  }
}

export interface Guess {
  /** Somebody signed in to the account with this browser before. */
  readonly isKnown: boolean;
  readonly allowance: Allowance;
  readonly wasRight: () => Promise<void>;
}
