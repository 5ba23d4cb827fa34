/**
 * The plain search box: `checkout status:error duration>200ms "card declined"` becomes TraceQL, which people can see and edit.
 * Fields have to hold of one span together; each word may stand in any span of the trace. A query that begins with a brace or a
 * parenthesis is TraceQL already.
 */
import { SpoorError } from '../model/errors';
import { wordTable } from '../model/word-table';
import { MAX_QUERY_CHARS, parseTraceql } from './traceql/parse';

/** Short names for what is asked for most. */
export const ALIASES: Readonly<Record<string, string>> = wordTable({
  service: 'resource.service.name',
  env: 'resource.deployment.environment.name',
  model: 'span.gen_ai.request.model',
  agent: 'span.gen_ai.agent.name',
  session: 'span.session.id',
  name: 'name',
  kind: 'kind',
  status: 'status',
  duration: 'duration',
});

/** Other keys of the same thing, in other dialects (docs/dialects.md). */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = wordTable({
  agent: ['span.agent.name', 'span.agent_name', 'span.ai.telemetry.functionId'],
  session: [
    'span.gen_ai.conversation.id',
    'span.langfuse.session.id',
    'span.conversation.id',
    'span.thread.id',
    'span.traceloop.association.properties.session_id',
    'span.ai.telemetry.metadata.sessionId',
    'span.langsmith.metadata.session_id',
    'span.langsmith.metadata.thread_id',
  ],
});

/** A quote that is still open reaches to the end: looked for from each of many, its end would take the square of their number. */
const TERM = /(?:(-)?([\p{L}_][\p{L}\p{N}_.-]*)(:|!=|>=|<=|=|>|<))?(?:"((?:[^"\\]|\\[\s\S])*)(?:"|\\?$)|([^\s"]+))/gu;
const TRACE_ID = /^[0-9a-f]{16,32}$/i;

/** @throws SpoorError VALIDATION_ERROR for a value that its field cannot have */
export function traceqlOf(text: string): string {
  const trimmed = text.replaceAll('\0', '').trim();
  if (trimmed === '') return '{ }';
  if (/^[{(]/.test(trimmed)) return trimmed;
  if (trimmed.length > MAX_QUERY_CHARS) throw tooLong();
  const conditions: string[][] = [];
  const words: string[] = [];
  const equal = new Map<string, string[]>();
  for (const [, minus, key, op, quoted, bare] of trimmed.matchAll(TERM)) {
    const value = quoted?.replace(/\\([\s\S])/g, '$1') ?? bare ?? '';
    // A URL has a colon too.
    if (!key || !op || value.startsWith('//')) {
      words.push(wordCondition(`${key ?? ''}${op ?? ''}${value}`));
      continue;
    }
    const one = condition(key, op, value, minus !== undefined);
    const isAlternative = minus === undefined && (op === ':' || op === '=');
    // A span has one value of a field: of several any will do.
    const others = isAlternative ? equal.get(key.toLowerCase()) : undefined;
    const alternatives = others ?? [];
    alternatives.push(one);
    if (!others) conditions.push(alternatives);
    if (isAlternative) equal.set(key.toLowerCase(), alternatives);
  }
  const fields = conditions.map((any) => (any.length > 1 ? `(${any.join(' || ')})` : any[0])).join(' && ');
  const spansets = [...(fields === '' ? [] : [fields]), ...words];
  const traceql = spansets.map((inner) => `{ ${inner} }`).join(' && ') || '{ }';
  return checked(traceql, trimmed);
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
  if (status === 'unset') return `status ${comparison} unset`;
  throw new SpoorError('VALIDATION_ERROR', `status:${value} is not a status; use status:error or status:ok.`, [
    { field: 'query', code: 'unknown_status', message: 'use status:error or status:ok' },
  ]);
}

function wordCondition(word: string): string {
  if (TRACE_ID.test(word)) {
    const id = word.toLowerCase();
    return id.length === 32 ? `trace:id = "${id}"` : `trace:id =~ "${id}.*"`;
  }
  // Whole words anywhere in the span; part of a name while it is typed.
  const part = quote(`(?i).*${word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}.*`);
  const inNames = `name =~ ${part} || resource.service.name =~ ${part}`;
  return /[\p{L}\p{N}_]/u.test(word) ? `text = ${quote(word)} || ${inNames}` : inNames;
}

function quote(text: string): string {
  return JSON.stringify(text).replace(/\\u[0-9a-f]{4}|\\[bf]/g, ' ');
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
    parseTraceql(traceql);
    return traceql;
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
    const reason = error.message.replace(/^Column \d+: /, '');
    throw new SpoorError('VALIDATION_ERROR', `“${typed}” cannot be searched for: ${reason}`, [
      { field: 'query', code: 'unreadable', message: reason },
    ]);
  }
}
