/** Who connects, as far as an address tells: the holder of a share, not of rights. */

/** One who has an IPv6 address has a network of them. */
const NETWORK_GROUPS = 4;

export interface Connected {
  readonly remoteAddress?: string | undefined;
  /** `X-Forwarded-For`. */
  readonly forwardedFor?: string | undefined;
}

/** @param behindProxy what connects is a proxy of ours, which adds for whom it does */
export function peerOf({ remoteAddress, forwardedFor }: Connected, behindProxy: boolean): string {
  return networkOf((behindProxy && forwardedFor?.split(',').at(-1)?.trim()) || remoteAddress || '');
}

function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':') || address === '::1') return address;
  const [head = '', tail] = (address.split('%')[0] as string).toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  // What `::` stands for is zeros.
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const all = [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...(tail ? tail.split(':') : [])];
  return `${all.slice(0, NETWORK_GROUPS).join(':')}::/64`;
}
