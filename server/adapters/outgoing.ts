/**
 * Requests to addresses that people type in. None of them reaches what only the server can: the address is looked up once, and
 * every one of its IP addresses has to be of the public internet; redirects are not followed.
 */
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
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

/** Of the public internet. IPv4 that is mapped into IPv6 counts as what it is; what else leads to it (NAT64, 6to4) does not. */
export function isPublic(ip: string): boolean {
  return ipaddr.process(ip).range() === 'unicast';
}

/** @returns the status of the answer, whose body is not read. @throws RefusedAddress, Error when there is none in time */
export async function post(outgoing: Outgoing, allowsPrivate: boolean): Promise<number> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await send(outgoing, allowsPrivate, signal);
    response.destroy();
    return response.statusCode ?? 0;
  } catch (error) {
    throw signal.aborted ? new Error('There was no answer in 10 s.') : error;
  }
}

interface FetchInit {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** As `fetch`, for what people want answers from: a POST; an answer that sends elsewhere is given back as it is. */
export function guardedFetch(allowsPrivate: boolean): (url: string, init: FetchInit) => Promise<Response> {
  return async (url, { headers, body, signal }) => {
    const answer = await send({ url, headers, body }, allowsPrivate, signal);
    const status = answer.statusCode ?? 502;
    const type = answer.headers['content-type'];
    const stream = Readable.toWeb(answer) as ReadableStream<Uint8Array>;
    return new Response(stream, { status, headers: type ? { 'content-type': type } : {} });
  };
}

function send({ url, headers, body }: Outgoing, allowsPrivate: boolean, signal: AbortSignal): Promise<IncomingMessage> {
  const problem = problemOf(url, allowsPrivate);
  if (problem !== null) return Promise.reject(new RefusedAddress(problem));
  return new Promise((resolve, reject) => {
    const begin = new URL(url).protocol === 'https:' ? httpsRequest : httpRequest;
    const request = begin(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        agent: false,
        signal,
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
      resolve,
    );
    request.on('error', reject);
    request.end(body);
  });
}

function refusalOf(host: string, addresses: readonly LookupAddress[]): Error | null {
  if (addresses.length > 0 && addresses.every(({ address }) => isPublic(address))) return null;
  return new RefusedAddress(`${host} is not an address of the public internet.`);
}
