/** Secrets among the settings: they stay with the host, and a page that sends back what it was shown changes none of them. */
import type { ForwardSetting, SettingValues } from '../api/settings';
import { SpoorError } from '../model/errors';

const HIDDEN = '•••';

/** `https://•••@collector/v1?•••`: without user and password. The path is shown. */
export function withoutUrlSecrets(url: string): string {
  const read = urlOf(url);
  if (read === null || !/^https?:$/.test(read.protocol)) return HIDDEN;
  const { protocol, username, password, host, pathname, search, hash } = read;
  const isPlain = username === '' && password === '' && search === '' && hash === '';
  // As it was written, where nothing is hidden.
  if (isPlain) return url;
  const user = username === '' && password === '' ? '' : `${HIDDEN}@`;
  return `${protocol}//${user}${host}${pathname}${search === '' ? '' : `?${HIDDEN}`}`;
}

export function hideSecrets(values: SettingValues): SettingValues {
  const { forward } = values;
  return forward === null ? values : { ...values, forward: hidden(forward) };
}

function hidden({ url, headers }: ForwardSetting): ForwardSetting {
  return {
    url: withoutUrlSecrets(url),
    headers: Object.fromEntries(Object.keys(headers).map((name) => [name, null])),
  };
}

/** @param current with its secrets @throws SpoorError VALIDATION_ERROR where a header has no value to keep */
export function revealSecrets(set: Partial<SettingValues>, current: ForwardSetting | null): Partial<SettingValues> {
  const { forward } = set;
  if (!forward) return set;
  const url = current !== null && forward.url === withoutUrlSecrets(current.url) ? current.url : forward.url;
  if (url.includes(HIDDEN)) {
    const message = `Give the whole URL again: ${HIDDEN} stands for a secret that is not known.`;
    throw new SpoorError('VALIDATION_ERROR', message, [{ field: 'forward.url', code: 'hidden', message }]);
  }
  const isElsewhere = current === null || originOf(url) !== originOf(current.url);
  const headers = Object.entries(forward.headers).map(([name, value]): [string, string] => {
    const kept = value ?? (isElsewhere ? undefined : current.headers[name]);
    if (typeof kept === 'string') return [name, kept];
    const message = isElsewhere
      ? `Give the value of the header ${name} again: the URL leads to another host.`
      : `The header ${name} has no value.`;
    throw new SpoorError('VALIDATION_ERROR', message, [{ field: `forward.headers.${name}`, code: 'missing', message }]);
  });
  return { ...set, forward: { url, headers: Object.fromEntries(headers) } };
}

/** With its scheme: what was sent encrypted goes nowhere in the clear. As requests read it, so that no spelling leads elsewhere. */
function originOf(url: string): string | null {
  return urlOf(url)?.origin ?? null;
}

/** Null: it is no URL. */
function urlOf(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
