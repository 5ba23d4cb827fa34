/** Regular expressions of TraceQL: RE2's syntax, the whole text, linear time (Tempo matches by the same rules, through Go). */
import { RE2JS, RE2JSSyntaxException } from 're2js';
import { TraceqlSyntaxError } from './syntax-error';

/** Characters of a text that are looked at: a prompt of megabytes must not hold the database. */
const MAX_MATCHED = 65_536;

export class TextPattern {
  private readonly regex: RE2JS;

  /** @param at where in the query it stands. @throws TraceqlSyntaxError */
  constructor(pattern: string, at: number) {
    try {
      this.regex = RE2JS.compile(pattern, RE2JS.DOTALL);
    } catch (error) {
      if (!(error instanceof RE2JSSyntaxException)) throw error;
      const reason = error.message.replace('error parsing regexp: ', '');
      throw new TraceqlSyntaxError(`the regular expression cannot be read (${reason})`, at, pattern.length + 2);
    }
  }

  matches(text: string): boolean {
    return this.regex.matches(text.length > MAX_MATCHED ? text.slice(0, MAX_MATCHED) : text);
  }
}
