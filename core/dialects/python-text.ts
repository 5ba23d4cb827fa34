/**
 * Python's text of a list or a dictionary (`{'path': 'a.md', 'ok': True}`), which instrumentations send where they mean JSON. Only
 * plain values are read: what has the text of an object in it (`<Tool at 0x7f>`, `Message(role='user')`) stays text.
 */
import type { PlainValue } from '../model/json-types';

/** Deeper is nothing that anybody would print. */
const MAX_DEPTH = 200;
const WORDS: Readonly<Record<string, PlainValue>> = { True: true, False: false, None: null, nan: null, inf: null };
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', a: '\x07', v: '\v' };

/** Undefined: it is no such text. */
export function pythonValue(text: string): PlainValue | undefined {
  if (!/^\s*[[({]/.test(text)) return undefined;
  const reader = new PythonReader(text);
  try {
    const value = reader.value(0);
    return reader.isAtEnd() ? value : undefined;
  } catch (error) {
    if (error instanceof NotPython) return undefined;
    throw error;
  }
}

class NotPython extends Error {}

class PythonReader {
  private at = 0;

  constructor(private readonly text: string) {}

  isAtEnd(): boolean {
    this.space();
    return this.at === this.text.length;
  }

  value(depth: number): PlainValue {
    if (depth > MAX_DEPTH) throw new NotPython();
    this.space();
    const char = this.text[this.at] ?? '';
    if (char === '{') return this.dictionary(depth);
    if (char === '[') return this.list(depth, ']');
    if (char === '(') return this.list(depth, ')');
    if (char === "'" || char === '"') return this.string();
    return this.word();
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  /** Whether it is next, and then it is behind. */
  private takes(char: string): boolean {
    this.space();
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private dictionary(depth: number): PlainValue {
    this.at++;
    const entries: [string, PlainValue][] = [];
    while (!this.takes('}')) {
      const key = this.value(depth + 1);
      if (!this.takes(':') || (typeof key === 'object' && key !== null)) throw new NotPython();
      entries.push([String(key), this.value(depth + 1)]);
      if (!this.takes(',')) {
        if (this.takes('}')) break;
        throw new NotPython();
      }
    }
    // Not assigned, as a key may be `__proto__`.
    return Object.fromEntries(entries);
  }

  private list(depth: number, end: string): PlainValue {
    this.at++;
    const items: PlainValue[] = [];
    while (!this.takes(end)) {
      items.push(this.value(depth + 1));
      if (!this.takes(',')) {
        if (this.takes(end)) break;
        throw new NotPython();
      }
    }
    return items;
  }

  private string(): string {
    const quote = this.text[this.at] as string;
    let said = '';
    let from = ++this.at;
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined) throw new NotPython();
      if (char === quote) break;
      if (char !== '\\') {
        this.at++;
        continue;
      }
      said += this.text.slice(from, this.at) + this.escape();
      from = this.at;
    }
    said += this.text.slice(from, this.at);
    this.at++;
    return said;
  }

  private escape(): string {
    const kind = this.text[this.at + 1] ?? '';
    const digits = kind === 'x' ? 2 : kind === 'u' ? 4 : kind === 'U' ? 8 : 0;
    const hex = this.text.slice(this.at + 2, this.at + 2 + digits);
    this.at += 2 + digits;
    if (digits === 0) return ESCAPES[kind] ?? kind;
    const code = /^[0-9a-f]+$/i.test(hex) && hex.length === digits ? Number.parseInt(hex, 16) : Number.NaN;
    if (!(code <= 0x10ffff)) throw new NotPython();
    return String.fromCodePoint(code);
  }

  private word(): PlainValue {
    const [word] = /^[\w.+-]+/.exec(this.text.slice(this.at, this.at + 64)) ?? [''];
    this.at += word.length;
    if (Object.hasOwn(WORDS, word)) return WORDS[word] as PlainValue;
    const number = Number(word);
    if (word === '' || !/^[-+]?[\d.]/.test(word) || !Number.isFinite(number)) throw new NotPython();
    return number;
  }
}
