import type { ListenAddress } from '../api/workers';

/** `HOST:PORT`, `[::1]:PORT`, or a port alone on 127.0.0.1; null: it is none of them. */
export function parseListenAddress(text: string): ListenAddress | null {
  const match = /^(?:\[([0-9a-f:]+)\]:|([^:\s]+):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) return null;
  return { host: match[1] ?? match[2] ?? '127.0.0.1', port };
}

export function listenAddressText({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
