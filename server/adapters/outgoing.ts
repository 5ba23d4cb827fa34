/**
 * Requests to addresses that people type in. None of them reaches what only the server can: the address is looked up once, and
 * every one of its IP addresses has to be of the public internet; redirects are not followed, the answer's body is not read.
 */
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

const TIMEOUT_MS = 10_000;

class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
}

export interface Outgoing {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What an address must be like; null: it is. @param allowsPrivate of the server's own network too, and without TLS */
export function problemOf(url: string, allowsPrivate: boolean): string | null {
  if (!URL.canParse(url)) return 'This is no address.';
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== 'https:' && !(allowsPrivate && protocol === 'http:')) return 'The address must begin with https://.';
  if (username || password) return 'The address must not hold a user or password.';
  const host = hostname.replace(/^\[|\]$/g, '');
  if (!allowsPrivate && isIP(host) && !isPublic(host)) return 'The address must be one of the public internet.';
  return null;
}

/** Whether it is an address of the public internet. Hosts inside of IPv6 (mapped, NAT64, 6to4) count as what they are. */
export function isPublic(ip: string): boolean {
  return ipaddr.process(ip).range() === 'unicast';
}

/** @returns the status of the answer. @throws RefusedAddress, Error when there is no answer in time */
export function post({ url, headers, body }: Outgoing, allowsPrivate: boolean): Promise<number> {
  const problem = problemOf(url, allowsPrivate);
  if (problem !== null) return Promise.reject(new RefusedAddress(problem));
  return new Promise((resolve, reject) => {
    const send = new URL(url).protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        agent: false,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        // The very addresses that were looked at are connected to: a name that says another one the next time is no way in.
        lookup: (host, options, done) =>
          systemLookup(host, { ...options, all: true }, (error, addresses) => {
            const found = addresses as LookupAddress[];
            const refused = error ?? (allowsPrivate ? null : refusalOf(host, found));
            if (refused) done(refused, []);
            else if (options.all) done(null, found);
            else done(null, found[0]?.address ?? '', found[0]?.family);
          }),
      },
      (response) => {
        response.destroy();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on('error', (error) =>
      reject(
        error.name === 'TimeoutError' || error.name === 'AbortError'
          ? new Error('There was no answer in 10 s.')
          : error,
      ),
    );
    request.end(body);
  });
}

function refusalOf(host: string, addresses: readonly LookupAddress[]): Error | null {
  if (addresses.length > 0 && addresses.every(({ address }) => isPublic(address))) return null;
  return new RefusedAddress(`${host} is not an address of the public internet.`);
}
