import { classEnd } from './character-class';

/** A text that every match of a pattern holds, to look for before the pattern itself. */
const MIN_LETTERS = 3;

/** Of ASCII; null: none is known. */
export function literalIn(pattern: string): string | null {
  let depth = 0;
  let run = '';
  let best = '';
  const end = (): void => {
    if (run.length > best.length) best = run;
    run = '';
  };
  for (let at = 0; at < pattern.length; at++) {
    let character = pattern[at] as string;
    let isLiteral = depth === 0;
    if (character === '\\') {
      character = pattern[++at] ?? '';
      // Other letters stand for classes, borders, code points and quotes.
      if (/[QxupPEkcN0-9]/.test(character)) return null;
      isLiteral &&= /[^\w\s]/.test(character);
    } else if (character === '(') {
      // Flags might mean that letters are none.
      if (/^\(\?[a-zA-Z-]+[:)]/.test(pattern.slice(at, at + 12))) return null;
      depth++;
      isLiteral = false;
    } else if (character === ')') {
      depth--;
      isLiteral = false;
    } else if (character === '[') {
      at = classEnd(pattern, at);
      isLiteral = false;
    } else if (character === '|' && depth === 0) return null;
    else if (/[.^$*+?{}|]/.test(character)) {
      // What may be absent is not needed; braces hold numbers.
      if (/[*?{]/.test(character)) run = run.slice(0, -1);
      if (character === '{') {
        const repeat = /^\{\d+(?:,\d*)?\}/.exec(pattern.slice(at, at + 20));
        // A brace that repeats nothing is a character like others.
        if (!repeat) return null;
        at += repeat[0].length - 1;
      }
      isLiteral = false;
    }
    if (!isLiteral || character > '\x7e' || character < ' ') end();
    else run += character;
  }
  end();
  return best.length < MIN_LETTERS ? null : best;
}
