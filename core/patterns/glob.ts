/** Names with `*` for any characters, regardless of case, in time that is linear in the text. */
export class Glob {
  private readonly parts: readonly string[];

  constructor(readonly source: string) {
    // Several stars in a row say what one says.
    this.parts = source.toLowerCase().replace(/\*+/g, '*').split('*');
  }

  /** What a match holds that is longest; empty: nothing. */
  get literal(): string {
    return this.parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
  }

  get isExact(): boolean {
    return this.parts.length === 1;
  }

  matches(name: string): boolean {
    const text = name.toLowerCase();
    const first = this.parts[0] as string;
    if (this.isExact) return text === first;
    const last = this.parts.at(-1) as string;
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const part of this.parts.slice(1, -1)) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  }
}
