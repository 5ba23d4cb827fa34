/**
 * JSON in a text: what is taken out of it are strings that are values, or parts of them, so that it is JSON afterwards, of the same
 * shape. Everything else stays as it is written, to the last space.
 */

/** Where in the text something stands, its quotes included. */
export interface JsonPlace {
  readonly start: number;
  readonly end: number;
}

export interface JsonCleaner {
  /** Of a string, without its quotes and escapes. @param name of the member that it is, or whose list it is in */
  value(text: string, name: string | null, place: JsonPlace): string;
  /** Of a name. */
  name(text: string): string;
  /** Of a number, as it is written: what is taken out of it leaves a string. */
  number(text: string, place: JsonPlace): string;
}

/** @param text of JSON */
export function cleanJson(text: string, cleaner: JsonCleaner): string {
  return new Walk(text, cleaner).result;
}

class Walk {
  readonly result: string;
  private readonly kept: string[] = [];
  private from = 0;
  /** Of each object and list that is open: the member whose list it is. */
  private readonly lists: (string | null)[] = [];
  /** Of the member whose value comes next. */
  private member: string | null = null;

  constructor(
    private readonly text: string,
    private readonly cleaner: JsonCleaner,
  ) {
    for (let at = 0; at < text.length; ) at = this.token(at);
    this.result = this.kept.length === 0 ? text : this.kept.join('') + text.slice(this.from);
  }

  private token(at: number): number {
    const sign = this.text[at];
    if (sign === '"') return this.string(at);
    if (sign === '{' || sign === '[') {
      this.lists.push(sign === '[' ? this.member : null);
      this.member = null;
    } else if (sign === '}' || sign === ']') this.lists.pop();
    else if (sign === ',') this.member = null;
    else if (sign === '-' || (sign !== undefined && sign >= '0' && sign <= '9')) return this.number(at);
    return at + 1;
  }

  private string(at: number): number {
    const { text } = this;
    let end = at + 1;
    let isEscaped = false;
    for (; text[end] !== '"'; end++) {
      if (text[end] !== '\\') continue;
      isEscaped = true;
      end++;
    }
    end++;
    const said = isEscaped ? (JSON.parse(text.slice(at, end)) as string) : text.slice(at + 1, end - 1);
    if (this.isName(end)) {
      this.member = said;
      this.put(at, end, said, this.cleaner.name(said));
    } else
      this.put(at, end, said, this.cleaner.value(said, this.member ?? this.lists.at(-1) ?? null, { start: at, end }));
    return end;
  }

  private isName(end: number): boolean {
    let at = end;
    while (/\s/.test(this.text[at] ?? '')) at++;
    return this.text[at] === ':';
  }

  private number(at: number): number {
    const { text } = this;
    let end = at + 1;
    while (/[\d.eE+-]/.test(text[end] ?? '')) end++;
    const said = text.slice(at, end);
    this.put(at, end, said, this.cleaner.number(said, { start: at, end }));
    return end;
  }

  private put(at: number, end: number, said: string, clean: string): void {
    if (clean === said) return;
    this.kept.push(this.text.slice(this.from, at), JSON.stringify(clean));
    this.from = end;
  }
}
