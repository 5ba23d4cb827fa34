/** The browser's token: it comes in the link that the command line prints and stays in this tab. */
const KEY = 'spoor.token';

/** Takes the token out of the address, so that it is neither copied nor bookmarked along. */
export function takeTokenFromAddress(): void {
  const url = new URL(window.location.href);
  const match = /^#token=([^&/]+)$/.exec(url.hash);
  const token = match ? decodeURIComponent(match[1] as string) : url.searchParams.get('token');
  if (!token) return;
  rememberToken(token);
  url.searchParams.delete('token');
  if (match) url.hash = '';
  window.history.replaceState(null, '', url.pathname + url.search + url.hash);
}

export function storedToken(): string | null {
  return sessionStorage.getItem(KEY);
}

export function rememberToken(token: string): void {
  sessionStorage.setItem(KEY, token.trim());
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}
