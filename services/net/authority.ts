/** Addresses as URLs and gRPC write them. */
import type { ListenAddress } from '../../core/api/workers';

/** `127.0.0.1:4318`, `[::1]:4318`. */
export function authorityOf({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Where this machine reaches what listens there: what is bound to every address is at its own, too. */
export function reachedAt({ host, port }: ListenAddress): ListenAddress {
  return { host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port };
}
