/** Tokens of TraceQL, with their place in the text. */
import { ATTRIBUTE_SCOPES, type AttributeScope } from './ast';
import { TraceqlSyntaxError } from './syntax-error';

export type Token = { readonly at: number; readonly end: number } & (
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'integer' | 'duration'; readonly value: number | bigint }
  | { readonly type: 'float'; readonly value: number }
  /** `ofParent`: of the span's parent. */
  | {
      readonly type: 'attribute';
      readonly scope: AttributeScope | null;
      readonly name: string;
      readonly ofParent: boolean;
    }
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

const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy;
const COUNT = String.raw`(?:\d+(?:\.\d*)?|\.\d+)`;
const AFTER_DURATION = String.raw`(?![\w.µμ])`;
/** As Go writes durations, and as Prometheus does: whole numbers, the largest unit first. */
const DURATIONS = [
  new RegExp(`(?:${COUNT}(?:ns|us|µs|μs|ms|s|m|h))+${AFTER_DURATION}`, 'y'),
  new RegExp(`(?=\\d)(?:\\d+y)?(?:\\d+w)?(?:\\d+d)?(?:\\d+h)?(?:\\d+m)?(?:\\d+s)?(?:\\d+ms)?${AFTER_DURATION}`, 'y'),
];
const DURATION_PART = new RegExp(`(${COUNT})(ns|us|µs|μs|ms|s|m|h|d|w|y)`, 'g');
const HOUR_NS = 3_600_000_000_000n;
const UNIT_NS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: HOUR_NS,
  d: 24n * HOUR_NS,
  w: 168n * HOUR_NS,
  y: 8_760n * HOUR_NS,
};
const MAX_INTEGER = 2n ** 63n - 1n;
const WORD = /[A-Za-z_]\w*(?::[A-Za-z]\w*)?/y;
/** As in Tempo: an attribute's name goes on to a space or a symbol that is not arithmetic. */
const NAME_END = /[\s{}()=~!<>&|^,"]/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };
/** A character by its number. */
const NUMBERED = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/y;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;

/** @throws TraceqlSyntaxError */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at] as string;
    const comment = character === '/' ? match(COMMENT, text, at) : null;
    if (/\s/.test(character)) at++;
    else if (comment) at += comment.length;
    else if (text.startsWith('/*', at)) throw new TraceqlSyntaxError('the comment does not end', at, 2, '*/');
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
  if (text.startsWith('==', at)) throw new TraceqlSyntaxError('values are compared by one =', at, 2, '=');
  const symbol = SYMBOLS.find((one) => text.startsWith(one, at));
  if (symbol) return { type: 'symbol', value: symbol, at, end: at + symbol.length };
  const word = match(WORD, text, at);
  if (word) return { type: 'word', value: word, at, end: at + word.length };
  if (character === "'") throw new TraceqlSyntaxError('text stands between double quotes', at, 1, '"');
  throw new TraceqlSyntaxError(`${character} means nothing here`, at, 1);
}

function numberAt(text: string, at: number): Token | null {
  const duration = DURATIONS.map((one) => match(one, text, at)).find((found) => found);
  if (duration) {
    const end = at + duration.length;
    return { type: 'duration', value: plainInteger(durationNs(duration), at, end), at, end };
  }
  const number = match(NUMBER, text, at);
  if (!number) return null;
  const end = at + number.length;
  const unit = match(/[A-Za-z_µμ][\w.]*/y, text, end);
  if (unit) {
    throw new TraceqlSyntaxError(
      `${number}${unit} is neither a number nor a duration`,
      at,
      number.length + unit.length,
      `${number}ms`,
    );
  }
  if (/^\d+$/.test(number)) return { type: 'integer', value: plainInteger(BigInt(number), at, end), at, end };
  const value = Number(number);
  if (!Number.isFinite(value)) throw new TraceqlSyntaxError('this number is too large', at, number.length);
  return { type: 'float', value, at, end };
}

function durationNs(text: string): bigint {
  let ns = 0n;
  for (const [, count = '', unit = ''] of text.matchAll(DURATION_PART)) {
    const [whole = '', fraction = ''] = count.split('.');
    const size = UNIT_NS[unit] ?? 0n;
    // Less than a nanosecond is cut off, as Go does.
    ns += BigInt(whole || '0') * size + (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length);
  }
  return ns;
}

/** A bigint only where a number would lose digits. */
function plainInteger(value: bigint, at: number, end: number): number | bigint {
  if (value > MAX_INTEGER) throw new TraceqlSyntaxError('this number has more than 64 bits', at, end - at, 'maxInt');
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** `.name`, `span.name`, `span."any name"`, `parent.name`, `parent.span.name`. */
function attributeAt(text: string, at: number): Token | null {
  const ofParent = text.startsWith('parent.', at);
  const begin = ofParent ? at + 'parent'.length : at;
  const isScoped = (one: AttributeScope): boolean =>
    ofParent
      ? (one === 'span' || one === 'resource') && text.startsWith(`.${one}.`, begin)
      : text.startsWith(`${one}.`, at);
  const scope = ATTRIBUTE_SCOPES.find(isScoped) ?? null;
  const dot = begin + (scope ? scope.length + (ofParent ? 1 : 0) : 0);
  if (text[dot] !== '.') return null;
  let name = '';
  let isQuoted = false;
  let end = dot + 1;
  while (end < text.length) {
    if (text[end] === '"') {
      const part = quoted(text, end, true);
      name += part.value;
      end = part.end;
      isQuoted = true;
    } else if (NAME_END.test(text[end] as string)) break;
    else name += text[end++];
  }
  if (name === '' && !isQuoted) {
    throw new TraceqlSyntaxError('an attribute needs a name', at, end - at, `${text.slice(at, dot)}.http.route`);
  }
  return { type: 'attribute', scope, name, ofParent, at, end };
}

function quoted(text: string, at: number, isName = false): { value: string; end: number } {
  const quote = text[at] as string;
  let value = '';
  for (let i = at + 1; i < text.length; i++) {
    const character = text[i] as string;
    if (character === quote) return { value, end: i + 1 };
    if (quote === '"' && character === '\\') {
      if (isName && text[i + 1] !== '"' && text[i + 1] !== '\\') {
        throw new TraceqlSyntaxError('in the name of an attribute only \\" and \\\\ are escaped', i, 2, '\\\\');
      }
      const numbered = match(NUMBERED, text, i);
      if (numbered) {
        value += characterOf(numbered, i);
        i += numbered.length - 1;
        continue;
      }
      const escaped = text[++i] ?? '';
      // Anything else is left to a regular expression: `"\d+"`.
      value += ESCAPES[escaped] ?? `\\${escaped}`;
    } else value += character;
  }
  throw new TraceqlSyntaxError('the text does not end', at, text.length - at, `a ${quote} at its end`);
}

/** @param written as NUMBERED reads it */
function characterOf(written: string, at: number): string {
  const code = /^\\[xuU]/.test(written) ? Number.parseInt(written.slice(2), 16) : Number.parseInt(written.slice(1), 8);
  if (code > 0x10ffff) throw new TraceqlSyntaxError(`${written} is no character`, at, written.length);
  return String.fromCodePoint(code);
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
