/** Tokens of TraceQL, with their place in the text. */
import { ATTRIBUTE_SCOPES, type AttributeScope } from './ast';
import { TraceqlSyntaxError } from './syntax-error';

export type Token = { readonly at: number; readonly end: number } & (
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'integer' | 'float' | 'duration'; readonly value: number }
  | { readonly type: 'attribute'; readonly scope: AttributeScope | null; readonly name: string }
  /** Names of intrinsics (`duration`, `span:duration`), functions and constants. */
  | { readonly type: 'word'; readonly value: string }
  | { readonly type: 'symbol'; readonly value: string }
  | { readonly type: 'end' }
);

/** The longest first. */
const SYMBOLS = [
  ...['!>>', '!<<', '&>>', '&<<'],
  ...['!>', '!<', '!~', '!=', '&>', '&<', '&~', '&&', '||', '>>', '<<', '>=', '<=', '=~'],
  ...['{', '}', '(', ')', ',', '|', '=', '<', '>', '~', '!', '+', '-', '*', '/', '%', '^'],
];

const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/y;
const DURATION = /(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h)(?![a-z]))+/y;
const DURATION_PART = /(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h)/g;
const UNIT_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const WORD = /[A-Za-z_]\w*(?::[A-Za-z]\w*)?/y;
/** As in Tempo: an attribute's name goes on to a space or a symbol that is not arithmetic. */
const NAME_END = /[\s{}()=~!<>&|^,"]/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };

/** @throws TraceqlSyntaxError */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at] as string;
    if (/\s/.test(character)) at++;
    else if (text.startsWith('//', at)) at = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
    else {
      const token = tokenAt(text, at);
      tokens.push(token);
      at = token.end;
    }
  }
  tokens.push({ type: 'end', at: text.length, end: text.length });
  return tokens;
}

function tokenAt(text: string, at: number): Token {
  const character = text[at] as string;
  if (character === '"' || character === '`') {
    const { value, end } = quoted(text, at);
    return { type: 'string', value, at, end };
  }
  const number = numberAt(text, at);
  if (number) return number;
  const attribute = attributeAt(text, at);
  if (attribute) return attribute;
  const symbol = SYMBOLS.find((one) => text.startsWith(one, at));
  if (symbol) return { type: 'symbol', value: symbol, at, end: at + symbol.length };
  const word = match(WORD, text, at);
  if (word) return { type: 'word', value: word, at, end: at + word.length };
  if (character === "'") throw new TraceqlSyntaxError('text stands between double quotes', at, 1, '"');
  throw new TraceqlSyntaxError(`${character} means nothing here`, at, 1);
}

function numberAt(text: string, at: number): Token | null {
  const duration = match(DURATION, text, at);
  if (duration) {
    let value = 0;
    for (const [, count, unit] of duration.matchAll(DURATION_PART))
      value += Number(count) * (UNIT_NS[unit as string] ?? 0);
    return { type: 'duration', value, at, end: at + duration.length };
  }
  const number = match(NUMBER, text, at);
  if (!number) return null;
  const end = at + number.length;
  const unit = match(/[A-Za-zµμ]\w*/y, text, end);
  if (unit) {
    throw new TraceqlSyntaxError(
      `${number}${unit} is neither a number nor a duration`,
      at,
      number.length + unit.length,
      `${number}ms`,
    );
  }
  return { type: /^\d+$/.test(number) ? 'integer' : 'float', value: Number(number), at, end };
}

/** `.name`, `span.name`, `span."any name"`. */
function attributeAt(text: string, at: number): Token | null {
  const scope = ATTRIBUTE_SCOPES.find((one) => text.startsWith(`${one}.`, at)) ?? null;
  const dot = at + (scope?.length ?? 0);
  if (text[dot] !== '.') return null;
  let name = '';
  let end = dot + 1;
  while (end < text.length) {
    if (text[end] === '"') {
      const part = quoted(text, end);
      name += part.value;
      end = part.end;
    } else if (NAME_END.test(text[end] as string)) break;
    else name += text[end++];
  }
  if (name === '') throw new TraceqlSyntaxError('an attribute needs a name', at, end - at, `${scope ?? ''}.http.route`);
  return { type: 'attribute', scope, name, at, end };
}

function quoted(text: string, at: number): { value: string; end: number } {
  const quote = text[at] as string;
  let value = '';
  for (let i = at + 1; i < text.length; i++) {
    const character = text[i] as string;
    if (character === quote) return { value, end: i + 1 };
    if (quote === '"' && character === '\\') {
      const escaped = text[++i] ?? '';
      const known = ESCAPES[escaped];
      // Anything else is left to a regular expression: `"\d+"`.
      value += known ?? `\\${escaped}`;
    } else value += character;
  }
  throw new TraceqlSyntaxError('the text does not end', at, text.length - at, `a ${quote} at its end`);
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
