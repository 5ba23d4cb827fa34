/** Which series of a metric are meant: `host="web-1" state!=idle service=cart`. All terms must hold. */
import { SpoorError } from '../model/errors';

export interface FilterTerm {
  readonly key: string;
  readonly value: string;
  readonly isNot: boolean;
}

const MOST_TERMS = 20;
/** A name, `=` or `!=`, and a value, either of which may be in quotes. */
const TERM = /^\s*("(?:[^"\\]|\\.)*"|[^\s"=!]+)(=|!=)("(?:[^"\\]|\\.)*"|[^\s"]+)(?:\s|$)/;

/** @throws SpoorError VALIDATION_ERROR */
export function readFilter(text: string): FilterTerm[] {
  const terms: FilterTerm[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const match = TERM.exec(rest);
    if (!match || terms.length >= MOST_TERMS) {
      const message = match
        ? `The filter has more than ${MOST_TERMS} terms.`
        : `The filter is not understood at "${rest.slice(0, 40)}". Write attribute=value or attribute!=value, with a space between terms.`;
      throw new SpoorError('VALIDATION_ERROR', message, [{ field: 'filter', code: 'invalid_filter', message }]);
    }
    const [all, key, operator, value] = match as unknown as [string, string, string, string];
    terms.push({ key: unquoted(key), value: unquoted(value), isNot: operator === '!=' });
    rest = rest.slice(all.length).trimStart();
  }
  return terms;
}

/** @param labels an attribute that is not there is empty text */
export function passes(terms: readonly FilterTerm[], labelOf: (key: string) => string): boolean {
  return terms.every(({ key, value, isNot }) => (labelOf(key) === value) !== isNot);
}

/** As a term of a filter. */
export function filterTerm(key: string, value: string): string {
  return `${quoted(key)}=${quoted(value)}`;
}

function quoted(text: string): string {
  return /^[^\s"=!\\]+$/.test(text) ? text : JSON.stringify(text);
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character));
}
