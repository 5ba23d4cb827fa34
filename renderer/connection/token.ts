/** The browser's token: it comes in the link that the command line prints and stays in this tab. */
const KEY = 'spoor.token';

/** Takes the token out of the address, which leads on to the page named behind it, so that it is neither copied nor bookmarked along. @returns whether there was one */
export function takeTokenFromAddress(): boolean {
  const url = new URL(window.location.href);
  const match = /^#token=([^&/]+)(?:&to=(\/.*))?$/.exec(url.hash);
  const token = match ? decoded(match[1] as string) : url.searchParams.get('token');
  if (!token) return false;
  rememberToken(token);
  url.searchParams.delete('token');
  if (match) url.hash = match[2] ?? '';
  window.history.replaceState(null, '', url.pathname + url.search + url.hash);
  return true;
}

/** A link that is opened in a tab that is open already changes its address alone. */
export function followTokenLinks(): void {
  window.addEventListener('hashchange', () => {
    if (takeTokenFromAddress()) window.location.reload();
  });
}

/** As it stands, where it is no encoding of anything. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
