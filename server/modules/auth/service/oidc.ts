/**
 * Signing in at an OpenID provider that whoever runs the server has chosen: the code flow with PKCE, state and nonce. The provider
 * is believed about addresses that it says are verified; who has neither an account nor an invitation stays out.
 * Source: OpenID Connect Core 1.0, RFC 7636.
 */
import * as client from 'openid-client';
import type { KeptSession, SignInProblem } from '../../../../core/api/team';
import { errorValueOf, SpoorError } from '../../../../core/model/errors';
import type { Log } from '../../../../services/log';
import { isLoopbackHost } from '../../../../services/net/loopback';
import type { AccountRepo, StoredAccount } from '../repo/accounts';
import type { IdentityRepo } from '../repo/identities';
import { digestOf } from './secrets';
import type { SignIn, Visitor } from './sign-in';

/** In which somebody types a password over there. */
export const ATTEMPT_SECONDS = 600;
const PROVIDER_TIMEOUT_S = 10;
const SCOPE = 'openid email profile';

export interface OidcOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** As the button says it. */
  readonly name: string;
  /** Where the provider sends browsers back to. */
  readonly redirectUri: string;
}

export type OidcResult =
  | { readonly session: KeptSession; readonly problem: null }
  | { readonly session: null; readonly problem: SignInProblem };

interface Services {
  readonly accounts: AccountRepo;
  readonly identities: IdentityRepo;
  readonly signIn: SignIn;
  /** Makes an account a member where its address was invited to. */
  readonly acceptInvitations: (account: StoredAccount, requestId: string) => Promise<void>;
  readonly isInvited: (email: string) => Promise<boolean>;
  readonly log: Log;
}

export class Oidc {
  private discovered: Promise<client.Configuration> | null = null;

  constructor(
    private readonly options: OidcOptions,
    private readonly services: Services,
  ) {}

  get name(): string {
    return this.options.name;
  }

  /** @returns where to send the browser, and what it is to bring back; null: the provider does not answer */
  async begin(requestId: string): Promise<{ readonly url: string; readonly state: string } | null> {
    let provider: client.Configuration;
    try {
      provider = await this.provider();
    } catch (error) {
      this.services.log('error', 'the OpenID provider does not answer', {
        requestId,
        error: errorValueOf(error).message,
      });
      return null;
    }
    const codeVerifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const nonce = client.randomNonce();
    await this.services.identities.begin(digestOf(state), { nonce, codeVerifier }, ATTEMPT_SECONDS);
    const url = client.buildAuthorizationUrl(provider, {
      redirect_uri: this.options.redirectUri,
      scope: SCOPE,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, state };
  }

  /** @param query what the provider sent the browser back with @param state of the browser that began; null: another one did */
  async finish(query: URLSearchParams, state: string | null, visitor: Visitor): Promise<OidcResult> {
    const { requestId } = visitor;
    const attempt = state === null ? null : await this.services.identities.take(digestOf(state));
    if (!attempt || state === null) return { session: null, problem: 'expired' };
    const url = new URL(this.options.redirectUri);
    url.search = query.toString();
    let claims: client.IDToken | undefined;
    try {
      const tokens = await client.authorizationCodeGrant(await this.provider(), url, {
        pkceCodeVerifier: attempt.codeVerifier,
        expectedState: state,
        expectedNonce: attempt.nonce,
        idTokenExpected: true,
      });
      claims = tokens.claims();
    } catch (error) {
      this.services.log('warn', 'sign-in at the provider failed', { requestId, error: errorValueOf(error).message });
      return { session: null, problem: 'refused' };
    }
    const { email, email_verified: isVerified, name, sub, iss } = claims ?? ({} as Partial<client.IDToken>);
    if (!sub || !iss || typeof email !== 'string' || isVerified !== true)
      return { session: null, problem: 'unverified' };
    const account = await this.accountOf({ iss, sub, email, name: typeof name === 'string' ? name : email }, requestId);
    if (!account) return { session: null, problem: 'uninvited' };
    try {
      return { session: await this.services.signIn.asAccount(account, visitor), problem: null };
    } catch (error) {
      // Of no workspace any more.
      if (error instanceof SpoorError && error.code === 'NOT_FOUND') return { session: null, problem: 'uninvited' };
      throw error;
    }
  }

  private async accountOf(
    { iss, sub, email, name }: { iss: string; sub: string; email: string; name: string },
    requestId: string,
  ): Promise<StoredAccount | null> {
    const { accounts, identities, acceptInvitations, isInvited } = this.services;
    const linked = await identities.accountOf(iss, sub);
    // One that was closed is not opened again under the same address.
    const known = linked === null ? await accounts.byEmail(email) : await accounts.byId(linked);
    if (!known && (linked !== null || !(await isInvited(email)))) return null;
    const account = known ?? (await accounts.create(email, name.slice(0, 200), null));
    if (!account) return null;
    if (linked === null) await identities.link(iss, sub, account.id);
    // Who has no password could not accept what was sent meanwhile.
    await acceptInvitations(account, requestId);
    return account;
  }

  /** Asked for again when it could not be had. */
  private provider(): Promise<client.Configuration> {
    this.discovered ??= this.discover().catch((error: unknown) => {
      this.discovered = null;
      throw error;
    });
    return this.discovered;
  }

  private discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.options;
    const url = new URL(issuer);
    // For trying it out: over a network it is TLS or nothing.
    const execute = url.protocol === 'http:' && isLoopbackHost(url.host) ? [client.allowInsecureRequests] : [];
    return client.discovery(url, clientId, clientSecret, undefined, { execute, timeout: PROVIDER_TIMEOUT_S });
  }
}
