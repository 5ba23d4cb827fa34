/** Being signed in to a team server. The access token is in the memory of the page alone; the refresh token no script reads. */

import type { TeamSession } from '../../core/api/team';
import type { ErrorValue } from '../../core/model/errors';

/** A token that ends sooner is not used for something new. */
const SPARE_MS = 60_000;
/** Of the tabs of a browser one renews at a time: a refresh token that is used twice ends the session. */
const LOCK = 'spoor.refresh';

/** Whether this page comes from a team server. */
export function isTeamPage(): boolean {
  return document.querySelector('meta[name="spoor-host"]')?.getAttribute('content') === 'team';
}

let session: { readonly token: string; readonly until: number } | null = null;

/** A token that is good for a while. @returns null: sign in */
export async function accessToken(): Promise<string | null> {
  if (session && renewalMs() > 0) return session.token;
  return withLock(async () => {
    // Another call has renewed it meanwhile.
    if (session && renewalMs() > 0) return session.token;
    return renew({});
  });
}

/** The server takes it no more: the next is asked for. */
export function dropAccessToken(): void {
  session = null;
}

/** How long the token is good for; it is to be renewed then. */
export function renewalMs(): number {
  return session ? session.until - SPARE_MS - Date.now() : 0;
}

/** @throws Error that says what is wrong */
export async function signIn(email: string, password: string, workspace?: string): Promise<void> {
  await post('/v1/auth/sign-in', { email, password, ...(workspace !== undefined && { workspace }) });
}

export async function switchWorkspace(workspace: string): Promise<void> {
  await withLock(() => renew({ workspace }));
}

export async function signOut(): Promise<void> {
  session = null;
  await post('/v1/auth/sign-out', {});
}

/** Asks the server's own API. @throws Error that says what is wrong */
export async function teamCall<T>(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
): Promise<T> {
  const token = await accessToken();
  if (token === null) throw new Error('You are signed out. Load this page again to sign in.');
  return ask<T>(method, path, body, token);
}

/** What needs nobody to be signed in. @throws Error that says what is wrong */
export function post<T>(path: string, body: object): Promise<T> {
  return ask<T>('POST', path, body, null);
}

async function renew(body: { workspace?: string }): Promise<string | null> {
  const response = await send('POST', '/v1/auth/refresh', body, null);
  // 404: of the workspace it was for they are no longer a member.
  if (response.status === 401 || response.status === 404) {
    session = null;
    return null;
  }
  const { accessToken: token, expiresIn } = await answerOf<TeamSession>(response);
  session = { token, until: Date.now() + expiresIn * 1_000 };
  return token;
}

async function ask<T>(method: string, path: string, body: object | undefined, token: string | null): Promise<T> {
  return answerOf<T>(await send(method, path, body, token));
}

async function send(method: string, path: string, body: object | undefined, token: string | null): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Error('The server cannot be reached. Try again in a moment.');
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  const value = parsedJson(await response.text());
  if (response.ok) return value as T;
  const { error } = (value ?? {}) as { error?: ErrorValue };
  // Of a proxy in between.
  if (!error) throw new Error(`The server answered ${response.status}. Try again in a moment.`);
  throw new Error([error.message, ...error.details.map(({ field, message }) => `${field}: ${message}`)].join(' '));
}

/** Null: it is no JSON. */
function parsedJson(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** Browsers have locks where the page is secure: over TLS, or from this machine. */
async function withLock<T>(run: () => Promise<T>): Promise<T> {
  return navigator.locks ? await navigator.locks.request(LOCK, run) : run();
}
