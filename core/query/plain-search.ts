/**
 * The plain search box: `checkout status:error duration>200ms "card declined"` becomes TraceQL, which people can see and edit.
 * Fields have to hold of one span together; each word may stand in any span of the trace. A query that begins with a brace, a
 * parenthesis or a step of a pipeline is TraceQL already.
 */

import { OWN_SESSION_KEYS, USER_KEYS } from '../dialects/who-keys';
import { SpoorError } from '../model/errors';
import { FAILED_REQUEST_TRACEQL } from '../model/request';
import { wordTable } from '../model/word-table';
import { wordsOf } from '../search/words';
import { joinedTerms, keysIn, plainTerms } from './plain-terms';
import { MAX_QUERY_CHARS, readTraceql } from './traceql/read-query';

/** Short names for what is asked for most. */
export const ALIASES: Readonly<Record<string, string>> = wordTable({
  service: 'resource.service.name',
  env: 'resource.deployment.environment.name',
  model: 'span.gen_ai.request.model',
  agent: 'span.gen_ai.agent.name',
  session: 'span.session.id',
  user: 'span.user.id',
  name: 'name',
  kind: 'kind',
  status: 'status',
  duration: 'duration',
});

/** Other keys of the same thing, in other dialects (docs/dialects.md). */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = wordTable({
  agent: ['span.agent.name', 'span.agent_name', 'span.ai.telemetry.functionId'],
  user: [...USER_KEYS.filter((key) => key !== 'user.id'), 'mlflow.trace.user'].map((key) => `span.${key}`),
  session: [
    ...OWN_SESSION_KEYS.filter((key) => key !== 'session.id'),
    'mlflow.trace.session',
    'thread.id',
    'traceloop.association.properties.session_id',
    'ai.telemetry.metadata.sessionId',
    'langsmith.metadata.session_id',
    'langsmith.metadata.thread_id',
  ].map((key) => `span.${key}`),
});

const HEX_ID = /^[0-9a-f]{16,32}$/i;
/** More words are a pasted line: all of them stand in one span, and each is a whole word. */
const MOST_WORDS = 20;
/** Longer ones are not looked for within names. */
const MOST_NAME_CHARS = 100;

/** Spaces and comments before a query. */
const BEFORE = /^(?:\s|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;
/** A pipeline without braces, or a number that a metric is calculated with. */
const BEGINS = /^(?:[{(]|(?:count|avg|min|max|sum|by|select|rate|\w{1,20}_over_time)\s*\(|-?[\d.]+\s*[-+*/]\s*\()/;

/** Whether a search is TraceQL, rather than words. */
export function isTraceql(search: string): boolean {
  return BEGINS.test(search.slice(BEFORE.exec(search)?.[0].length ?? 0));
}

/** What is known of the data that is searched. */
export interface PlainKnowledge {
  /** Whether spans or resources have an attribute with this key. */
  isField(key: string): boolean;
  /** Whether a trace has an id that begins so. */
  hasTrace(hex: string): boolean;
}

const NOTHING_KNOWN: PlainKnowledge = { isField: () => false, hasTrace: () => true };

/** Keys and beginnings of trace ids that have to be known to read a text. */
export function plainQuestions(text: string): { readonly keys: readonly string[]; readonly ids: readonly string[] } {
  const trimmed = trimmedOf(text);
  if (isOther(trimmed)) return { keys: [], ids: [] };
  const terms = plainTerms(trimmed);
  const ids = terms.flatMap((term) => (term.field === null && HEX_ID.test(term.text) ? term.text.toLowerCase() : []));
  return { keys: keysIn(terms).filter((key) => !(key.toLowerCase() in ALIASES)), ids: [...new Set(ids)] };
}

/**
 * What is not known to be a field may be one, or words with a colon between them: `localhost:8080`.
 * @throws SpoorError VALIDATION_ERROR for a value that its field cannot have
 */
export function traceqlOf(text: string, known: PlainKnowledge = NOTHING_KNOWN): string {
  const trimmed = trimmedOf(text);
  if (trimmed === '') return '{ }';
  if (isTraceql(trimmed)) return trimmed;
  if (trimmed.length > MAX_QUERY_CHARS) throw tooLong();
  const conditions: string[][] = [];
  const words: string[] = [];
  const wordConditions: string[] = [];
  const equal = new Map<string, string[]>();
  const isField = (key: string): boolean => key.toLowerCase() in ALIASES || known.isField(key);
  for (const term of joinedTerms(plainTerms(trimmed), isField)) {
    const { field } = term;
    if (!field) {
      words.push(term.text);
      wordConditions.push(wordCondition(term.text, known));
      continue;
    }
    const { key, op, value, negated } = field;
    if (!isField(key)) {
      words.push(term.text);
      wordConditions.push(`${condition(key, op, value, negated)} || ${wordCondition(term.text, known)}`);
      continue;
    }
    const asked = condition(key, op, value, negated);
    // Of a key without a dot the whole may be what a text says: `urn` has the value `urn:isbn:1`.
    const mayBeText = op === ':' && !negated && !(key.toLowerCase() in ALIASES) && !key.includes('.');
    const one = mayBeText ? `(${asked} || text = ${quote(term.text)})` : asked;
    const isAlternative = !negated && (op === ':' || op === '=');
    // A span has one value of a field: of several any will do.
    const others = isAlternative ? equal.get(key.toLowerCase()) : undefined;
    const alternatives = others ?? [];
    alternatives.push(one);
    if (!others) conditions.push(alternatives);
    if (isAlternative) equal.set(key.toLowerCase(), alternatives);
  }
  const fields = conditions.map((any) => (any.length > 1 ? `(${any.join(' || ')})` : any[0])).join(' && ');
  const asked = wordConditions.length > MOST_WORDS ? [`text = ${quote(words.join(' '))}`] : wordConditions;
  const spansets = [...(fields === '' ? [] : [fields]), ...asked];
  const traceql = spansets.map((inner) => `{ ${inner} }`).join(' && ') || '{ }';
  return checked(traceql, trimmed);
}

function trimmedOf(text: string): string {
  return text.replaceAll('\0', '').trim();
}

/** Nothing, TraceQL, or too long to be read. */
function isOther(trimmed: string): boolean {
  return trimmed === '' || isTraceql(trimmed) || trimmed.length > MAX_QUERY_CHARS;
}

function condition(key: string, op: string, value: string, negated: boolean): string {
  const name = key.toLowerCase();
  const field = ALIASES[name] ?? `.${key}`;
  const isDifferent = negated || op === '!=';
  const all = [field, ...(SYNONYMS[name] ?? [])].map((one) => fieldCondition(one, op, value, negated));
  return all.length > 1 ? `(${all.join(isDifferent ? ' && ' : ' || ')})` : (all[0] as string);
}

function fieldCondition(field: string, op: string, value: string, negated: boolean): string {
  const isEqual = op === ':' || op === '=';
  const comparison = isEqual ? (negated ? '!=' : '=') : op;
  if (field === 'status') return statusCondition(value, comparison);
  if (field === 'kind') return `kind ${comparison} ${value.toLowerCase()}`;
  if (field === 'duration') return `duration ${comparison} ${value}`;
  const isNumber = /^-?\d+(\.\d+)?$/.test(value);
  const isOrdered = !isEqual && comparison !== '!=';
  if (isOrdered) return `${field} ${comparison} ${/^-?\d/.test(value) ? value : quote(value)}`;
  if (value === 'true' || value === 'false') return `(${field} ${comparison} ${value})`;
  if (!isNumber || field === 'name') return `${field} ${comparison} ${quote(value)}`;
  // Senders disagree on whether 200 is a number.
  const joined = comparison === '=' ? '||' : '&&';
  return comparison === '='
    ? `(${field} = ${value} ${joined} ${field} = ${quote(value)})`
    : `!(${field} = ${value} || ${field} = ${quote(value)})`;
}

function statusCondition(value: string, comparison: string): string {
  const status = value.toLowerCase();
  if (status === 'error') return `status ${comparison} error`;
  // That nothing failed is a matter of the root: spans that went well are mostly `unset`.
  if (status === 'ok') return comparison === '!=' ? 'status = error' : '(nestedSetParent < 0 && status != error)';
  if (status === 'failed') return comparison === '!=' ? `!${FAILED_REQUEST_TRACEQL}` : FAILED_REQUEST_TRACEQL;
  if (status === 'unset') return `status ${comparison} unset`;
  throw new SpoorError(
    'VALIDATION_ERROR',
    `status:${value} is not a status; use status:failed, status:error or status:ok.`,
    [{ field: 'query', code: 'unknown_status', message: 'use status:failed, status:error or status:ok' }],
  );
}

function wordCondition(word: string, known: PlainKnowledge): string {
  if (HEX_ID.test(word)) {
    const id = word.toLowerCase();
    if (known.hasTrace(id)) return id.length === 32 ? `trace:id = "${id}"` : `trace:id =~ "${id}.*"`;
    return id.length === 16 ? `span:id = "${id}" || text = "${id}"` : `text = "${id}"`;
  }
  const asked = wordsOf(word).length > 0 ? [`text = ${quote(word)}`] : [];
  // Whole words anywhere in the span; part of a name while it is typed.
  if (word.length <= MOST_NAME_CHARS || asked.length === 0) {
    const part = quote(`(?i).*${word.slice(0, MOST_NAME_CHARS).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}.*`);
    asked.push(`name =~ ${part}`, `resource.service.name =~ ${part}`);
  }
  return asked.join(' || ');
}

/** As TraceQL quotes it; what cannot be seen is a space. */
function quote(text: string): string {
  const readable = text.replace(/\p{Cc}/gu, ' ').replace(/\p{Cs}/gu, '\ufffd');
  return `"${readable.replace(/["\\]/g, '\\$&')}"`;
}

function tooLong(): SpoorError {
  const message = `a query has at most ${MAX_QUERY_CHARS} characters; ask in several`;
  return new SpoorError('VALIDATION_ERROR', `This is too long to be searched for: ${message}.`, [
    { field: 'query', code: 'too_long', message },
  ]);
}

/** What was typed is at fault, not the TraceQL that we made of it. */
function checked(traceql: string, typed: string): string {
  try {
    readTraceql(traceql);
    return traceql;
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
    const reason = error.message.replace(/^Column \d+: /, '');
    throw new SpoorError('VALIDATION_ERROR', `“${typed}” cannot be searched for: ${reason}`, [
      { field: 'query', code: 'unreadable', message: reason },
    ]);
  }
}
