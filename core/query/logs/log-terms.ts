/** What stands in the search box of logs, term by term; terms and quotes are those of the plain search (plain-terms.ts). */
import { quotedAt } from '../plain-terms';
import { TraceqlSyntaxError } from '../traceql/syntax-error';

export type LogOperator = ':' | '=' | '!=' | '=~' | '!~' | '>=' | '<=' | '>' | '<';

export type LogTerm = { readonly from: number; readonly to: number } & (
  | { readonly type: '(' | ')' | 'or' | 'and' | 'not' }
  | { readonly type: 'word'; readonly text: string }
  | { readonly type: 'pattern'; readonly text: string }
  | {
      readonly type: 'field';
      readonly key: string;
      readonly op: LogOperator;
      readonly value: string;
      readonly isQuoted: boolean;
    }
);

const HEAD = /([\p{L}_][\p{L}\p{N}_.-]*)(=~|!~|!=|>=|<=|:|=|>|<)/uy;
const SPACE = /\s*/y;
const OPERATORS: Readonly<Record<string, 'or' | 'and' | 'not'>> = {
  OR: 'or',
  '||': 'or',
  AND: 'and',
  '&&': 'and',
  NOT: 'not',
};

/** @throws TraceqlSyntaxError */
export function logTerms(text: string): LogTerm[] {
  const terms: LogTerm[] = [];
  let depth = 0;
  for (let at = spaceAt(text, 0); at < text.length; at = spaceAt(text, at)) {
    const term = termAt(text, at, depth);
    if (term.type === '(') depth++;
    if (term.type === ')') depth--;
    terms.push(term);
    at = term.to;
  }
  return terms;
}

function termAt(text: string, from: number, depth: number): LogTerm {
  const character = text[from] as string;
  if (character === '(') return { type: '(', from, to: from + 1 };
  if (character === ')' && depth > 0) return { type: ')', from, to: from + 1 };
  // `--force` and a dash between words are text.
  if ((character === '-' || character === '!') && /[\p{L}\p{N}_"(~]/u.test(text[from + 1] ?? '')) {
    return { type: 'not', from, to: from + 1 };
  }
  if (character === '~' && text[from + 1] === '"') {
    const { value, to } = quotedAt(text, from + 1);
    if (value === '') throw new TraceqlSyntaxError('the regular expression is empty', from, 3, '~"time.?out"');
    return { type: 'pattern', text: value, from, to };
  }
  if (character === '"') {
    const { value, to } = quotedAt(text, from);
    return { type: 'word', text: value, from, to };
  }
  return fieldAt(text, from, depth) ?? wordAt(text, from, depth);
}

function fieldAt(text: string, from: number, depth: number): LogTerm | null {
  HEAD.lastIndex = from;
  const [head = '', key = '', op = ''] = HEAD.exec(text) ?? [];
  if (head === '') return null;
  const at = from + head.length;
  const isQuoted = text[at] === '"';
  const { value, to } = isQuoted ? quotedAt(text, at) : bareAt(text, at, depth);
  // A URL has a colon, too; so has the end of a word.
  if (!isQuoted && (value === '' || value.startsWith('//'))) return null;
  return { type: 'field', key, op: op as LogOperator, value, isQuoted, from, to };
}

function wordAt(text: string, from: number, depth: number): LogTerm {
  const { value, to } = bareAt(text, from, depth);
  const operator = Object.hasOwn(OPERATORS, value) ? OPERATORS[value] : undefined;
  return operator ? { type: operator, from, to } : { type: 'word', text: value, from, to };
}

/** Up to a space, or to the parenthesis that ends a group: those that begin within stay, as in `connect(host)`. */
function bareAt(text: string, from: number, depth: number): { readonly value: string; readonly to: number } {
  let open = 0;
  let to = from;
  for (; to < text.length; to++) {
    const character = text[to] as string;
    if (/\s/.test(character)) break;
    if (character === '(') open++;
    else if (character === ')' && --open < 0 && depth > 0) break;
  }
  return { value: text.slice(from, to), to };
}

function spaceAt(text: string, at: number): number {
  SPACE.lastIndex = at;
  return at + (SPACE.exec(text)?.[0].length ?? 0);
}
