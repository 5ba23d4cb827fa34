/** Reads a search for logs: words, fields, regular expressions, groups, and what must not be there (docs/logs.md). */
import { SpoorError } from '../../model/errors';
import { levelNamed, severitiesOf } from '../../model/log-level';
import { Glob } from '../../patterns/glob';
import { PatternError, UserPattern } from '../../patterns/user-pattern';
import { MAX_QUERY_CHARS } from '../traceql/read-query';
import { TraceqlSyntaxError } from '../traceql/syntax-error';
import { type LogFieldName, logFieldNamed } from './log-fields';
import type { LogField, LogQuery, ValueTest } from './log-query';
import { type LogOperator, type LogTerm, logTerms } from './log-terms';

const MAX_TERMS = 200;
const MAX_PATTERNS = 20;
const MAX_DEPTH = 30;
const NO_MORE = { type: 'end' as const, from: 0, to: 0 };

type FieldTerm = Extract<LogTerm, { readonly type: 'field' }>;

/** @throws SpoorError VALIDATION_ERROR */
export function parseLogQuery(text: string): LogQuery {
  const trimmed = text.replaceAll('\0', '');
  if (trimmed.length > MAX_QUERY_CHARS) {
    const message = `a query has at most ${MAX_QUERY_CHARS} characters; ask in several`;
    throw new SpoorError('VALIDATION_ERROR', `This is too long to be searched for: ${message}.`, [
      { field: 'query', code: 'too_long', message },
    ]);
  }
  return new Parser(logTerms(trimmed), trimmed.length).query();
}

class Parser {
  private at = 0;
  private patterns = 0;

  constructor(
    private readonly terms: readonly LogTerm[],
    private readonly length: number,
  ) {
    const extra = terms[MAX_TERMS];
    if (extra)
      throw new TraceqlSyntaxError(
        `a query has at most ${MAX_TERMS} terms; put a longer text in quotes`,
        extra.from,
        1,
      );
  }

  query(): LogQuery {
    if (this.terms.length === 0) return { kind: 'all' };
    const query = this.either(0);
    const rest = this.terms[this.at];
    if (rest) throw new TraceqlSyntaxError('this group was not opened', rest.from, 1);
    return query;
  }

  private get current(): LogTerm | typeof NO_MORE {
    return this.terms[this.at] ?? NO_MORE;
  }

  private either(depth: number): LogQuery {
    const parts = [this.all(depth)];
    while (this.current.type === 'or') {
      this.at++;
      parts.push(this.all(depth));
    }
    return parts.length === 1 ? (parts[0] as LogQuery) : { kind: 'or', parts };
  }

  private all(depth: number): LogQuery {
    const parts: LogQuery[] = [];
    /** Of several values of a field any will do, where no AND is between. */
    const alternatives = new Map<string, LogQuery[]>();
    while (this.current.type !== 'end' && this.current.type !== 'or' && this.current.type !== ')') {
      if (this.current.type === 'and') {
        if (parts.length === 0 || this.isLast()) throw this.missing('AND');
        this.at++;
        alternatives.clear();
      }
      const term = this.current;
      const part = this.one(depth);
      // A field that may be text is either.
      const condition = part.kind === 'or' ? part.parts[0] : part;
      const name =
        term.type === 'field' && (term.op === ':' || term.op === '=') && condition?.kind === 'condition'
          ? keyOf(condition.field)
          : null;
      const others = name === null ? undefined : alternatives.get(name);
      if (others) others.push(part);
      else {
        const own = [part];
        if (name !== null) alternatives.set(name, own);
        parts.push({ kind: 'or', parts: own });
      }
    }
    if (parts.length === 0) throw this.nothing();
    const plain = parts.map((part) =>
      part.kind === 'or' && part.parts.length === 1 ? (part.parts[0] as LogQuery) : part,
    );
    return plain.length === 1 ? (plain[0] as LogQuery) : { kind: 'and', parts: plain };
  }

  private one(depth: number): LogQuery {
    if (depth > MAX_DEPTH) throw new TraceqlSyntaxError(`groups lie at most ${MAX_DEPTH} deep`, this.current.from, 1);
    const term = this.current;
    this.at++;
    switch (term.type) {
      case 'not': {
        if (this.current.type === 'end' || this.current.type === ')') throw this.missing('NOT');
        return negated(this.one(depth + 1));
      }
      case '(': {
        const inner = this.either(depth + 1);
        if (this.current.type !== ')') throw unended(term);
        this.at++;
        return inner;
      }
      case 'word':
        return term.text === '' || term.text === '*'
          ? { kind: 'all' }
          : { kind: 'text', text: term.text.toLowerCase() };
      case 'pattern':
        return { kind: 'pattern', pattern: this.pattern(term.text, term) };
      case 'field':
        return this.field(term);
      default:
        throw this.missing(term.type.toUpperCase());
    }
  }

  private field(term: FieldTerm): LogQuery {
    const { key, op } = term;
    const named = logFieldNamed(key);
    if (op === '!=' || op === '!~') return negated(this.field({ ...term, op: op === '!=' ? '=' : '=~' }));
    if (named?.name === 'status') return statusQuery(term);
    const field: LogField = named?.field ?? { of: 'attribute', key };
    const condition: LogQuery = { kind: 'condition', field, test: this.test(named?.name ?? null, field, term) };
    // What looks like a field may be words with a colon between them: `localhost:8080`.
    const mayBeText = named === null && op === ':' && !key.includes('.') && condition.test.op !== 'exists';
    return mayBeText
      ? { kind: 'or', parts: [condition, { kind: 'text', text: `${key}:${term.value}`.toLowerCase() }] }
      : condition;
  }

  private test(name: LogFieldName | null, field: LogField, term: FieldTerm): ValueTest {
    const { op, value, isQuoted } = term;
    if (!isQuoted && value === '*' && (op === ':' || op === '=')) return { op: 'exists' };
    if (field.of === 'severity') return severityTest(term, op);
    if (field.of === 'trace' || field.of === 'span') return idTest(field.of, term);
    if (op === '=~') return { op: 'matches', pattern: this.pattern(value, term) };
    if (op === ':' || op === '=') {
      if (name === 'body' && op === ':') return { op: 'contains', text: value.toLowerCase() };
      if (!isQuoted && op === ':' && value.includes('*')) return { op: 'glob', glob: new Glob(value) };
      return { op: 'equals', text: value };
    }
    if (field.of === 'service' || field.of === 'scope' || field.of === 'event') {
      throw new TraceqlSyntaxError(`${term.key} has no order`, term.from, term.to - term.from, `${term.key}:${value}`);
    }
    return { op, text: value } as ValueTest;
  }

  private pattern(source: string, { from, to }: LogTerm): UserPattern {
    if (++this.patterns > MAX_PATTERNS) {
      throw new TraceqlSyntaxError(
        `a query has at most ${MAX_PATTERNS} regular expressions; ask in several`,
        from,
        to - from,
      );
    }
    try {
      return new UserPattern(source, { dotAll: true });
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      throw new TraceqlSyntaxError(
        `the regular expression cannot be used: ${error.message.replace(/\.$/, '')}`,
        from,
        to - from,
      );
    }
  }

  private isLast(): boolean {
    const next = this.terms[this.at + 1]?.type;
    return next === undefined || next === ')' || next === 'or' || next === 'and';
  }

  /** Where a part has no term. */
  private nothing(): TraceqlSyntaxError {
    const before = this.terms[this.at - 1];
    if (before?.type === '(' && this.current.type === 'end') return unended(before);
    if (before?.type === '(' && this.current.type === ')') return this.wrong('the group is empty');
    return this.missing('OR');
  }

  private missing(what: string): TraceqlSyntaxError {
    return this.wrong(`something to look for is missing beside ${what}`);
  }

  private wrong(reason: string): TraceqlSyntaxError {
    const term = this.terms[this.at] ?? this.terms.at(-1);
    const at = term?.from ?? this.length;
    return new TraceqlSyntaxError(reason, at, 1, 'quotes around it, to look for the word itself');
  }
}

function unended({ from }: LogTerm): TraceqlSyntaxError {
  return new TraceqlSyntaxError('this group does not end', from, 1, 'a ) at its end, or quotes around text');
}

function negated(part: LogQuery): LogQuery {
  return part.kind === 'not' ? part.part : { kind: 'not', part };
}

function keyOf(field: LogField): string {
  return 'key' in field ? `${field.of}.${field.key}` : 'path' in field ? `body.${field.path}` : field.of;
}

function statusQuery({ value, from, to }: FieldTerm): LogQuery {
  const status = value.toLowerCase();
  if (status !== 'error' && status !== 'ok') {
    throw new SpoorError('VALIDATION_ERROR', `status:${value} is not a status; use status:error or status:ok.`, [
      {
        field: 'query',
        code: 'unknown_status',
        message: `columns ${from + 1} to ${to}: use status:error or status:ok`,
      },
    ]);
  }
  const errors: LogQuery = {
    kind: 'condition',
    field: { of: 'severity' },
    test: { op: 'between', least: severitiesOf('error').least, most: 0xff },
  };
  return status === 'error' ? errors : { kind: 'not', part: errors };
}

function severityTest({ value, from, to, key }: FieldTerm, op: LogOperator): ValueTest {
  const level = levelNamed(value);
  const number = /^\d{1,3}$/.test(value) ? Number(value) : null;
  if (level === null && number === null) {
    throw new TraceqlSyntaxError(
      `${value} is no level`,
      from,
      to - from,
      `${key}>=warn, or trace, debug, info, error, fatal, unset, or a number from 1 to 24`,
    );
  }
  const { least, most } = level === null ? { least: number as number, most: number as number } : severitiesOf(level);
  // What has no severity is neither above nor below any.
  if (op === '>=') return { op: 'between', least: Math.max(least, 1), most: 0xff };
  if (op === '>') return { op: 'between', least: most + 1, most: 0xff };
  if (op === '<=') return { op: 'between', least: most === 0 ? 0 : 1, most };
  if (op === '<') return { op: 'between', least: 1, most: least - 1 };
  if (op !== ':' && op !== '=')
    throw new TraceqlSyntaxError('levels are compared, not matched', from, to - from, `${key}>=warn`);
  return { op: 'between', least, most };
}

function idTest(of: 'trace' | 'span', { op, value, from, to, key }: FieldTerm): ValueTest {
  const digits = of === 'trace' ? 32 : 16;
  if (op !== ':' && op !== '=')
    throw new TraceqlSyntaxError('ids are equal or not', from, to - from, `${key}:${value}`);
  const id = value.replaceAll('-', '').toLowerCase();
  if (id.length !== digits || !/^[0-9a-f]+$/.test(id)) {
    throw new TraceqlSyntaxError(`${value} is no ${of} id, which has ${digits} hex digits`, from, to - from);
  }
  return { op: 'equals', text: id };
}
