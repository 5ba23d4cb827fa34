/** Headers that are sent with what is forwarded: what HTTP can carry of them. */

export function isHeaderName(name: string): boolean {
  return /^[\w-]+$/.test(name);
}

/** Blanks and line breaks around it are not sent. */
const AROUND = '\t\n\r ';

/** Tabs, and what Latin-1 has but for control characters: anything else would fail when it is sent. */
export function isHeaderValue(value: string): boolean {
  let start = 0;
  let end = value.length;
  while (start < end && AROUND.includes(value.charAt(start))) start++;
  while (end > start && AROUND.includes(value.charAt(end - 1))) end--;
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value.slice(start, end));
}
