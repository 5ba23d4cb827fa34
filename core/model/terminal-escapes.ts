/** Sequences that colour the text of terminals and move their cursors. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what an escape begins with
const ESCAPES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]{0,1000}(?:\u0007|\u001b\\))/g;

export function withoutEscapes(text: string, instead = ''): string {
  return text.includes('\u001b') ? text.replace(ESCAPES, instead) : text;
}
