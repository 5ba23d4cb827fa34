/** Headers that are sent with what is forwarded: what HTTP can carry of them. */

export function isHeaderName(name: string): boolean {
  return /^[\w-]+$/.test(name);
}

/** Tabs, and what Latin-1 has but for control characters: anything else would fail when it is sent. */
export function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}
