/** Walks over tokens and says what was expected where they do not fit. */
import { type Token, tokensOf } from './lexer';
import { nearest, TraceqlSyntaxError } from './syntax-error';

export class TokenStream {
  private readonly tokens: readonly Token[];
  private index = 0;

  constructor(private readonly text: string) {
    this.tokens = tokensOf(text);
  }

  get current(): Token {
    return this.tokens[this.index] as Token;
  }

  /** The token after so many others. */
  ahead(count: number): Token {
    return this.tokens[Math.min(this.index + count, this.tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.current;
    if (this.index < this.tokens.length - 1) this.index++;
    return token;
  }

  /** A token as it is written. */
  sourceOf({ at, end }: Token): string {
    return this.text.slice(at, end);
  }

  isSymbol(value: string): boolean {
    return this.current.type === 'symbol' && this.current.value === value;
  }

  isWord(value: string): boolean {
    return this.current.type === 'word' && this.current.value === value;
  }

  /** Takes the symbol where it stands here. */
  take(value: string): boolean {
    const found = this.isSymbol(value);
    if (found) this.next();
    return found;
  }

  /** One of the symbols, where the current token is one. */
  symbolOf<T extends string>(values: readonly T[]): T | null {
    const token = this.current;
    return token.type === 'symbol' ? (values.find((value) => value === token.value) ?? null) : null;
  }

  expect(symbol: string, after: string): void {
    if (this.take(symbol)) return;
    throw this.unexpected(`${symbol} is missing after ${after}`, symbol);
  }

  /** What stands here is known, and does not belong here. */
  wrong(reason: string, suggestion: string): TraceqlSyntaxError {
    const { at, end } = this.current;
    return new TraceqlSyntaxError(reason, at, Math.max(1, end - at), suggestion);
  }

  /** @param candidates words that could stand here, of which the nearest is suggested */
  unexpected(reason: string, suggestion: string | null = null, candidates: readonly string[] = []): TraceqlSyntaxError {
    const { at, end, type } = this.current;
    const word = this.text.slice(at, end);
    const near = suggestion ?? (word === '' ? null : nearest(word, candidates));
    const meant = near === word ? null : near;
    const where = type === 'end' ? 'the query ends' : `${word} stands here`;
    return new TraceqlSyntaxError(`${reason}, but ${where}`, at, Math.max(1, end - at), meant);
  }
}
