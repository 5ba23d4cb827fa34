/** Signing in at an OpenID provider: there and back. */
import { z } from 'zod';
import type { SignInMethods } from '../../../../core/api/team';
import { SpoorError } from '../../../../core/model/errors';
import { Redirect, type Route, route } from '../../../http/route';
import { ATTEMPT_SECONDS, type Oidc } from '../service/oidc';
import { REFRESH_SECONDS } from '../service/sign-in';
import { refreshCookie, visitorOf } from './cookies';

/** Ties what comes back to the browser that went. */
const STATE_COOKIE = 'spoor_oidc';
const BACK = '/v1/auth/oidc/callback';
/** What a provider adds is for the library to look at. */
const QUERY = z.looseObject({});

interface Services {
  readonly oidc: Oidc | null;
  readonly secure: boolean;
}

export function oidcRoutes({ oidc, secure }: Services): Route[] {
  // Lax: the way back begins on a page of the provider.
  const stateCookie = (value: string, seconds: number): string =>
    `${STATE_COOKIE}=${value}; Max-Age=${seconds}; Path=${BACK}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  const provider = (): Oidc => {
    if (oidc) return oidc;
    throw new SpoorError('NOT_FOUND', 'No OpenID provider is set up here.');
  };
  return [
    route('get', '/v1/auth/methods', { access: 'public' }, async (): Promise<SignInMethods> => {
      return { oidc: oidc && { name: oidc.name } };
    }),
    route('get', '/v1/auth/oidc', { access: 'public' }, async ({ requestId }) => {
      const attempt = await provider().begin(requestId);
      if (!attempt) return new Redirect('/#/sign-in/refused', []);
      return new Redirect(attempt.url, [stateCookie(attempt.state, ATTEMPT_SECONDS)]);
    }),
    route('get', BACK, { access: 'public', query: QUERY }, async (call) => {
      const { query, cookies } = call;
      const values = new URLSearchParams(query as Record<string, string>);
      const { session, problem } = await provider().finish(values, cookies[STATE_COOKIE] ?? null, visitorOf(call));
      const done = stateCookie('', 0);
      if (!session) return new Redirect(`/#/sign-in/${problem}`, [done]);
      return new Redirect('/', [done, refreshCookie(session.refreshToken, REFRESH_SECONDS, secure)]);
    }),
  ];
}
