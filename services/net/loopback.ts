/**
 * Who may talk to a local port. Any web page can reach it, so a request must name a loopback host (else a foreign name was
 * rebound to 127.0.0.1) and must not come from a page of another site.
 */
const LOOPBACK_HOST = /^((?:[\w-]+\.)*localhost\.?|127(?:\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;
/** The longest name of a host, and a port. */
const MAX_HOST_CHARS = 253 + 6;

/** Names below `localhost` are of this machine as well (RFC 6761, 6.3): nobody else can have one resolve to it. */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && host.length <= MAX_HOST_CHARS && LOOPBACK_HOST.test(host);
}

/** Programs send no Origin; pages of this machine send a loopback one. */
export function isLoopbackOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  const match = /^https?:\/\/(.+)$/i.exec(origin);
  return match !== null && isLoopbackHost(match[1]);
}

/** Whether an origin is the allowed one; `https://*.example.com` allows subdomains, `:*` any port. */
export function originMatches(allowed: string, origin: string): boolean {
  const pattern = allowed.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const host = pattern.replace('://\\*\\.', '://([\\w-]+\\.)+').replace(/:\\\*$/, ':\\d{1,5}');
  return new RegExp(`^${host}$`, 'i').test(origin);
}

export function isLoopbackAddress(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);
}

/** @param option of the port, with an address that takes every name */
export function foreignHostMessage(host: string | undefined, option: string): string {
  return (
    `Host ${host || '(none)'} is not this machine; export to localhost. From a container (host.docker.internal, a service's name) ` +
    `or another machine: start Spoor with ${option}.`
  );
}
