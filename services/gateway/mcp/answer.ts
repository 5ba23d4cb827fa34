/**
 * What a tool answers: lines for a model and the same facts as data for a program, both within the caller's budget. What has no room is behind
 * a cursor. An answer that does not tell everything says so.
 */
import { byteLength, DATA_NOTE } from './quoted';

export const DEFAULT_BYTES = 2_000;
export const LEAST_BYTES = 1_000;
export const MOST_BYTES = 16_000;

export interface Told {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Ending {
  /** Null: nothing more to tell. */
  readonly cursor: string | null;
  /** Why this is not everything; null: it is. */
  readonly partial?: string | null;
  /** The screen that shows it. */
  readonly link: string;
  /** What to ask next. */
  readonly next?: string;
}

export class Answer {
  private readonly lines: string[] = [DATA_NOTE];
  private readonly facts: Record<string, unknown> = {};
  private readonly items: object[] = [];
  private textBytes = byteLength(DATA_NOTE);
  private dataBytes = 2;

  /** @param bytes of the text, and of the data @param reserved of these, for how it ends */
  constructor(
    private readonly bytes: number,
    private readonly reserved = 420,
  ) {}

  get count(): number {
    return this.items.length;
  }

  /** Room for items. */
  left(): { readonly text: number; readonly data: number } {
    const room = this.bytes - this.reserved;
    return { text: room - this.textBytes, data: room - this.dataBytes };
  }

  /** What every answer of this tool begins with. */
  say(line: string, facts: Readonly<Record<string, unknown>> = {}): void {
    this.lines.push(line);
    this.textBytes += byteLength(line) + 1;
    Object.assign(this.facts, facts);
    this.dataBytes += byteLength(JSON.stringify(facts));
  }

  /** One of a list. @returns false where there is no room for it; the first one always has */
  add(line: string, item: object): boolean {
    const textBytes = byteLength(line) + 1;
    const dataBytes = byteLength(JSON.stringify(item)) + 1;
    const room = this.bytes - this.reserved;
    const fits = this.textBytes + textBytes <= room && this.dataBytes + dataBytes <= room;
    if (!fits && this.items.length > 0) return false;
    this.lines.push(line);
    this.items.push(item);
    this.textBytes += textBytes;
    this.dataBytes += dataBytes;
    return true;
  }

  end({ cursor, partial = null, link, next }: Ending): Told {
    const lines = [...this.lines];
    if (partial !== null) lines.push(`PARTIAL: ${partial}`);
    if (cursor !== null) lines.push(`More: call again with the same arguments and cursor ${cursor}`);
    if (next !== undefined) lines.push(`Next: ${next}`);
    lines.push(`Link: ${link}`);
    return {
      text: lines.join('\n'),
      data: {
        ...this.facts,
        items: this.items,
        complete: partial === null && cursor === null,
        partial,
        nextCursor: cursor,
        link,
      },
    };
  }
}
