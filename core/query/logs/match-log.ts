/** What a search asks of one record, decided on the record itself: what SQL cannot know is decided here, and tests compare both. */
import { SpoorError } from '../../model/errors';
import { type AnyValue, type KeyValue, plainValue } from '../../model/json-types';
import type { StepBudget, UserPattern } from '../../patterns/user-pattern';
import { isOrdering, type LogCondition, type LogQuery, type ValueTest } from './log-query';

export interface MatchedLog {
  /** 0: unknown. */
  readonly severity: number;
  readonly service: string;
  readonly eventName: string;
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly body: AnyValue;
  readonly attributes: readonly KeyValue[];
  readonly resource: { readonly attributes: readonly KeyValue[] };
  readonly scope: { readonly name: string };
}

/** @throws SpoorError VALIDATION_ERROR when regular expressions took too many steps */
export function matchesLog(query: LogQuery, log: MatchedLog, budget: StepBudget): boolean {
  switch (query.kind) {
    case 'all':
      return true;
    case 'and':
      return query.parts.every((part) => matchesLog(part, log, budget));
    case 'or':
      return query.parts.some((part) => matchesLog(part, log, budget));
    case 'not':
      return !matchesLog(query.part, log, budget);
    case 'text':
      return hasText(log, query.text);
    case 'pattern':
      return isIn(query.pattern, textOfBody(log.body), budget);
    case 'condition':
      return matchesCondition(query, log, budget);
  }
}

/** The body as one text: structured ones as JSON. */
export function textOfBody(body: AnyValue): string {
  if ('stringValue' in body) return body.stringValue as string;
  return Object.keys(body).length === 0 ? '' : JSON.stringify(plainValue(body));
}

function hasText({ body, eventName, attributes }: MatchedLog, text: string): boolean {
  return (
    textOfBody(body).toLowerCase().includes(text) ||
    eventName.toLowerCase().includes(text) ||
    attributes.some(({ value }) => valueHasText(value, text))
  );
}

/** @param text in lower case */
export function valueHasText(value: AnyValue, text: string): boolean {
  return textsOf(value).some((one) => one.toLowerCase().includes(text));
}

function matchesCondition({ field, test }: LogCondition, log: MatchedLog, budget: StepBudget): boolean {
  switch (field.of) {
    case 'severity':
      if (test.op === 'exists') return log.severity > 0;
      return test.op === 'between' && log.severity >= test.least && log.severity <= test.most;
    case 'service':
      return matchesText(test, log.service, budget);
    case 'scope':
      return matchesText(test, log.scope.name, budget);
    case 'event':
      return matchesText(test, log.eventName, budget);
    case 'trace':
      return test.op === 'exists' ? log.traceId !== null : test.op === 'equals' && log.traceId === test.text;
    case 'span':
      return test.op === 'exists' ? log.spanId !== null : test.op === 'equals' && log.spanId === test.text;
    case 'body':
      return matchesText(test, textOfBody(log.body), budget);
    case 'bodyPath':
      return valuesAt(log.body, field.path).some((value) => matchesValue(test, value, budget));
    case 'resource':
      return log.resource.attributes.some((pair) => pair.key === field.key && matchesValue(test, pair.value, budget));
    case 'attribute':
      return [...log.attributes, ...log.resource.attributes].some(
        (pair) => pair.key === field.key && matchesValue(test, pair.value, budget),
      );
  }
}

/** An empty text is none. */
export function matchesText(test: ValueTest, text: string, budget: StepBudget): boolean {
  return test.op === 'exists' ? text !== '' : matchesOne(test, text, budget);
}

/** Of an array, any of its values will do. */
export function matchesValue(test: ValueTest, value: AnyValue, budget: StepBudget): boolean {
  return test.op === 'exists' || textsOf(value).some((text) => matchesOne(test, text, budget));
}

function matchesOne(test: ValueTest, text: string, budget: StepBudget): boolean {
  if (test.op === 'equals') return text === test.text || isSameNumber(text, test.text);
  if (test.op === 'contains') return text.toLowerCase().includes(test.text);
  if (test.op === 'glob') return test.glob.matches(text);
  if (test.op === 'matches') return isIn(test.pattern, text, budget);
  if (!isOrdering(test)) return false;
  const order = orderOf(text, test.text);
  if (order === null) return false;
  return test.op === '<' ? order < 0 : test.op === '<=' ? order <= 0 : test.op === '>' ? order > 0 : order >= 0;
}

/** A number as people and programs write it. */
export const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

function isSameNumber(one: string, other: string): boolean {
  return NUMBER.test(one) && NUMBER.test(other) && Number(one) === Number(other) && !isBeyondDoubles(one, other);
}

/** Two long integers may be different, and the same double. */
function isBeyondDoubles(...texts: readonly string[]): boolean {
  return texts.some((text) => Math.abs(Number(text)) > Number.MAX_SAFE_INTEGER);
}

/** Numbers by size, other texts by their characters; null: a number and a text. */
function orderOf(one: string, other: string): number | null {
  const [first, second] = [NUMBER.test(one), NUMBER.test(other)];
  if (first !== second) return null;
  if (!first) return one < other ? -1 : one > other ? 1 : 0;
  if (isBeyondDoubles(one, other) && /^-?\d+$/.test(one) && /^-?\d+$/.test(other)) {
    const [left, right] = [BigInt(one), BigInt(other)];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  return Number(one) - Number(other);
}

/** Values as texts: of an array each, however deep, and the whole as JSON once; of a map the whole. */
export function textsOf(value: AnyValue): string[] {
  const texts: string[] = [];
  addElements(value, texts);
  if ('arrayValue' in value) texts.push(JSON.stringify(plainValue(value)));
  return texts;
}

/** Without arrays themselves: each stands in the JSON of the one around it, and would be written out again at every level. */
function addElements(value: AnyValue, into: string[]): void {
  if ('arrayValue' in value) {
    for (const element of (value.arrayValue as { values: readonly AnyValue[] }).values) addElements(element, into);
    return;
  }
  const plain = plainValue(value);
  into.push(plain === null ? '' : typeof plain === 'object' ? JSON.stringify(plain) : String(plain));
}

/** `user.id` is the key `user.id`, or `id` within `user`. */
function valuesAt(value: AnyValue, path: string): AnyValue[] {
  if (!('kvlistValue' in value)) return [];
  const { values } = value.kvlistValue as { values: readonly KeyValue[] };
  return values.flatMap(({ key, value: inner }) => {
    if (key === path) return [inner];
    return path.startsWith(`${key}.`) ? valuesAt(inner, path.slice(key.length + 1)) : [];
  });
}

/** Longer texts are looked at as far as this. */
const MAX_MATCHED = 65_536;

function isIn(pattern: UserPattern, text: string, budget: StepBudget): boolean {
  const found = pattern.isIn(text.length > MAX_MATCHED ? text.slice(0, MAX_MATCHED) : text, budget);
  if (found !== null) return found;
  const source = pattern.source.length > 80 ? `${pattern.source.slice(0, 80)}…` : pattern.source;
  const message = `A regular expression of this query takes too many steps over what is stored (${source}). Make it simpler, ask for other conditions as well, or for a shorter time.`;
  throw new SpoorError('VALIDATION_ERROR', message, [{ field: 'query', code: 'too_many_steps', message }]);
}
