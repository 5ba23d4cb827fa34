/** Text of programs in Markdown: between backquotes that it cannot close, on one line, and no longer than there is room. */
const MAX_NAME = 120;

export function code(text: string, maxChars = MAX_NAME): string {
  const line = Array.from(text.slice(0, 4 * maxChars).replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' '));
  // What is not seen could say other things than what is.
  const visible = line.filter((char) => !/\p{Cf}|\p{Cs}/u.test(char));
  const cut = visible.length > maxChars || text.length > 4 * maxChars;
  const shown = visible.slice(0, maxChars).join('') + (cut ? '…' : '');
  const longest = Math.max(0, ...Array.from(shown.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = shown === '' || shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}
