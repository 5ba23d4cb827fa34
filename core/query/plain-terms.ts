/** What stands in the plain search box, term by term: words, text in quotes, and what looks like a field with its value. */

export interface PlainTerm {
  /** Where it stands. */
  readonly from: number;
  readonly to: number;
  /** As a word: without quotes. */
  readonly text: string;
  /** Null of what cannot be a field. */
  readonly field: PlainField | null;
}

interface PlainField {
  readonly key: string;
  readonly op: string;
  readonly value: string;
  readonly negated: boolean;
}

const HEAD = /(-)?([\p{L}_][\p{L}\p{N}_.-]*)(:|!=|>=|<=|=|>|<)/uy;
const BARE = /[^\s"]+/y;
const SPACE = /\s*/y;

/** Each character is looked at a few times, whatever the text. */
export function plainTerms(text: string): PlainTerm[] {
  const terms: PlainTerm[] = [];
  for (let at = matched(SPACE, text, 0).length; at < text.length; ) {
    const term = termAt(text, at);
    terms.push(term);
    at = term.to + matched(SPACE, text, term.to).length;
  }
  return terms;
}

function termAt(text: string, from: number): PlainTerm {
  HEAD.lastIndex = from;
  const [head = '', minus, key = '', op = ''] = HEAD.exec(text) ?? [];
  const at = from + head.length;
  if (text[at] === '"') {
    const { value, to } = quotedAt(text, at);
    const field = head === '' ? null : { key, op, value, negated: minus !== undefined };
    return { from, to, text: `${key}${op}${value}`, field };
  }
  const value = matched(BARE, text, at);
  // A URL has a colon, too.
  if (head === '' || value === '' || value.startsWith('//')) {
    const word = matched(BARE, text, from);
    return { from, to: from + word.length, text: word, field: null };
  }
  return {
    from,
    to: at + value.length,
    text: `${key}${op}${value}`,
    field: { key, op, value, negated: minus !== undefined },
  };
}

/** Only quotes and backslashes are escaped: a path keeps the others. */
export function quotedAt(text: string, open: number): { readonly value: string; readonly to: number } {
  /** Of a quote that is escaped and ends a word: of `"D:\work\"` it ends the text, where no other does. */
  let end = -1;
  let at = open + 1;
  while (at < text.length && text[at] !== '"') {
    if (text[at] === '\\' && text[at + 1] === '"' && end < 0 && /^\s?$/.test(text[at + 2] ?? '')) end = at + 1;
    at += text[at] === '\\' && (text[at + 1] === '"' || text[at + 1] === '\\') ? 2 : 1;
  }
  if (at >= text.length && end >= 0) return { value: unescaped(text.slice(open + 1, end)), to: end + 1 };
  // A quote that is still open reaches to the end.
  return { value: unescaped(text.slice(open + 1, at)), to: Math.min(at + 1, text.length) };
}

function unescaped(text: string): string {
  return text.replace(/\\(["\\])/g, '$1');
}

function matched(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

const OPERATOR = /^(!=|>=|<=|=|>|<)(.*)$/s;
const HANGING = /^([\p{L}_][\p{L}\p{N}_.-]*)(!=|>=|<=|=|>|<)$/u;
const KEY = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;
const NUMBER = /^(?:\d+(?:\.\d+)?|\.\d+)$/;
const UNIT = /^(?:ns|us|µs|μs|ms|s|m|h|d)$/i;

/** Keys of fields as far as their look tells. */
export function keysIn(terms: readonly PlainTerm[]): string[] {
  const keys = terms.flatMap(({ field, text }, i) => {
    if (field) return field.key;
    const next = terms[i + 1]?.text ?? '';
    return KEY.test(text) && OPERATOR.test(next) ? text : (HANGING.exec(text)?.[1] ?? []);
  });
  return [...new Set(keys)];
}

/** Fields whose parts stand apart are one term: `duration > 200 ms`. @param isField by the key */
export function joinedTerms(terms: readonly PlainTerm[], isField: (key: string) => boolean): PlainTerm[] {
  const joined: PlainTerm[] = [];
  for (let i = 0; i < terms.length; i++) {
    const term = terms[i] as PlainTerm;
    const spaced = spacedField(terms, i);
    let field = term.field;
    let last = i;
    if (!field && spaced && isField(spaced.key)) {
      field = { ...spaced, negated: false };
      last = i + spaced.terms - 1;
    }
    const next = terms[last + 1];
    if (field && NUMBER.test(field.value) && /^duration$/i.test(field.key) && next && isUnit(next)) {
      field = { ...field, value: field.value + next.text.toLowerCase() };
      last++;
    }
    joined.push(last === i ? term : { ...term, to: (terms[last] as PlainTerm).to, field });
    i = last;
  }
  return joined;
}

function isUnit({ field, text, from, to }: PlainTerm): boolean {
  return field === null && to - from === text.length && UNIT.test(text);
}

/** A field whose operator and value are terms of their own, from this one on. */
function spacedField(
  terms: readonly PlainTerm[],
  at: number,
): (Omit<PlainField, 'negated'> & { readonly terms: number }) | null {
  const [first, second, third] = [terms[at], terms[at + 1], terms[at + 2]];
  if (!first || !second) return null;
  const hanging = HANGING.exec(first.text);
  if (hanging) return { key: hanging[1] as string, op: hanging[2] as string, value: second.text, terms: 2 };
  const [, op, value] = OPERATOR.exec(second.text) ?? [];
  if (!KEY.test(first.text) || op === undefined) return null;
  if (value) return { key: first.text, op, value, terms: 2 };
  return third ? { key: first.text, op, value: third.text, terms: 3 } : null;
}
