/** Finds JSON within other text: events of a stream, lines of a log, what a tool said between two sentences. */

export interface TextPart {
  readonly start: number;
  readonly end: number;
}

/** Characters that may be looked at, of each of a text: brackets of prose and code open and close nothing. */
const LOOKS_A_CHAR = 8;
const OPENING = /[[{]/g;
/** What may follow a bracket. */
const BEGINS = /^[[{]\s*["{[\]}\-\dtfn]/;
const MAX_BLANK = 200;

/** Objects and lists, outermost ones, in order. */
export function jsonParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let left = LOOKS_A_CHAR * text.length;
  OPENING.lastIndex = 0;
  for (let found = OPENING.exec(text); found && left > 0; found = OPENING.exec(text)) {
    const start = found.index;
    if (!BEGINS.test(text.slice(start, start + MAX_BLANK))) continue;
    const { reached, isClosed } = closing(text, start);
    left -= reached - start;
    if (!isClosed || !isJson(text.slice(start, reached))) continue;
    parts.push({ start, end: reached });
    OPENING.lastIndex = reached;
  }
  return parts;
}

/** Where what opens here closes; else how far it was looked for. */
function closing(text: string, start: number): { reached: number; isClosed: boolean } {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const sign = text[at];
    if (sign === '{' || sign === '[') depth++;
    else if (sign === '}' || sign === ']') {
      depth--;
      if (depth === 0) return { reached: at + 1, isClosed: true };
    } else if (sign === '"') {
      at++;
      while (at < text.length && text[at] !== '"' && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
      if (text[at] !== '"') return { reached: Math.min(at, text.length), isClosed: false };
    }
  }
  return { reached: text.length, isClosed: false };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
