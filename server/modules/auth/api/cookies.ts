import type { Asked } from '../../../http/route';
import type { Visitor } from '../service/sign-in';

/** The cookie that keeps a browser signed in. */
export const COOKIE = 'spoor_refresh';
/** Sent back to where it is needed alone. */
const COOKIE_PATH = '/v1/auth';

/** The cookie of a browser that somebody signed in with; it says nothing of who. */
const DEVICE_COOKIE = 'spoor_device';
const DEVICE_SECONDS = 180 * 24 * 3_600;
const MAX_DEVICE = 100;

/** @param seconds 0: it is taken away */
export function refreshCookie(value: string, seconds: number, secure: boolean): string {
  return `${COOKIE}=${value}; Max-Age=${seconds}; Path=${COOKIE_PATH}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

export function deviceCookie(value: string, secure: boolean): string {
  return `${DEVICE_COOKIE}=${value}; Max-Age=${DEVICE_SECONDS}; Path=${COOKIE_PATH}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

export function visitorOf({ requestId, ip, cookies }: Pick<Asked, 'requestId' | 'ip' | 'cookies'>): Visitor {
  const device = cookies[DEVICE_COOKIE] ?? null;
  return { requestId, ip, device: device !== null && device.length <= MAX_DEVICE ? device : null };
}
