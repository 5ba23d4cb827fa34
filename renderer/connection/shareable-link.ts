import { desktopBridge } from './desktop-transport';

/** The address of what is on screen, for others: in the desktop under the scheme that the system opens it with. */
export function shareableLink(): string {
  const { href, search, hash } = window.location;
  return desktopBridge() ? `spoor://app/${search}${hash}` : href;
}
