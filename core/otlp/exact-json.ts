/**
 * Parses JSON without losing digits: integers that a double might not hold come out as decimal strings, which OTLP/JSON allows
 * wherever it has 64-bit integers. `JSON.parse` alone would round a time of nanoseconds to 256.
 */

/** Fewer digits always fit a double (2^53 has 16). */
const LONG_INTEGER = /[[:,]\s*-?\d{16}/;

/** @throws SyntaxError as `JSON.parse` does. */
export function parseExactJson(text: string): unknown {
  // Senders that quote their integers, nearly all, pay one scan.
  return JSON.parse(LONG_INTEGER.test(text) ? quoteLongIntegers(text) : text);
}

const QUOTE = 34;
const BACKSLASH = 92;
const INTEGER = /^-?\d{16,}$/;

/** By hand, because a pattern over a string of megabytes overflows the stack of the engine. */
function quoteLongIntegers(text: string): string {
  let quoted = '';
  let copiedTo = 0;
  let i = 0;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (isNumberPart(code)) {
      const start = i;
      while (i < text.length && isNumberPart(text.charCodeAt(i))) i++;
      const token = i - start < 16 ? '' : text.slice(start, i);
      if (INTEGER.test(token)) {
        quoted += `${text.slice(copiedTo, start)}"${token}"`;
        copiedTo = i;
      }
    } else i++;
  }
  return quoted + text.slice(copiedTo);
}

/** Behind the closing quote, or the end of the text. */
function endOfString(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) return i + 1;
    if (code === BACKSLASH) i++;
  }
  return text.length;
}

/** Digits, and `+ - . e E`. */
function isNumberPart(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 45 || code === 46 || code === 43 || code === 101 || code === 69;
}
