/** The cookie that keeps a browser signed in. */
export const COOKIE = 'spoor_refresh';
/** Sent back to where it is needed alone. */
const COOKIE_PATH = '/v1/auth';

/** @param seconds 0: it is taken away */
export function refreshCookie(value: string, seconds: number, secure: boolean): string {
  return `${COOKIE}=${value}; Max-Age=${seconds}; Path=${COOKIE_PATH}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}
