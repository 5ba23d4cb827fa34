/** What a terminal shows: text of programs without what it would obey, colours where there is somebody to see them. */

/** Names come from programs: what a terminal would obey is taken out. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/** The same of a text of several lines. */
export function printableLines(text: string): string {
  return text.replace(/(?!\t|\r?\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/** What a file would hold, as it may be shown on a terminal. */
export async function* printableChunks(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of content) yield printableLines(decoder.decode(chunk, { stream: true }));
  yield printableLines(decoder.decode());
}

const COLORS = { red: 31, dim: 2, bold: 1 } as const;
export type Paint = (color: keyof typeof COLORS, text: string) => string;

/** Colours of a stream: none where it is a pipe or a file, or NO_COLOR is set. */
export function paintFor(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): Paint {
  const wants = stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  return wants ? (color, text) => `\u001b[${COLORS[color]}m${text}\u001b[0m` : (_color, text) => text;
}

/** How wide lines may be; null: as wide as they are, for a pipe. */
export function columnsOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number | null {
  return stream.isTTY && stream.columns ? stream.columns : null;
}

/** At most so many characters, ending in an ellipsis where some are left out. */
export function cut(text: string, columns: number | null): string {
  const characters = [...text];
  if (columns === null || characters.length <= columns) return text;
  return `${characters.slice(0, Math.max(0, columns - 1)).join('')}\u2026`;
}
