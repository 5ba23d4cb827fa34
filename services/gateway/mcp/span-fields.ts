/** What a span holds, field by field, what matters for finding out what happened first. */
import type { SpanDetail } from '../../../core/api/contract';
import { plainAttributes } from '../../../core/model/json-types';
import { shortTime } from './figures';

export interface Field {
  /** As `field` of read_span names it. */
  readonly name: string;
  readonly text: string;
  readonly rank: number;
}

const FIRST = [
  /^(?:exception|error)\b/,
  /^(?:http|url|rpc|db|messaging|graphql|code)\b/,
  /^(?:gen_ai|llm|input|output|tool|ai)\b/,
];
const AFTER_RESOURCE = 20;

export function fieldsOf(span: SpanDetail): Field[] {
  const fields: Field[] = [{ name: 'name', text: span.name, rank: 0 }];
  if (span.status.message !== '') fields.push({ name: 'status.message', text: span.status.message, rank: 0 });
  for (const [i, event] of span.events.entries()) {
    const isException = event.name === 'exception';
    fields.push({ name: `events[${i}]`, text: `${event.name} at ${shortTime(event.time)}`, rank: isException ? 1 : 7 });
    fields.push(...ofAttributes(`events[${i}].attributes`, event.attributes, isException ? 1 : 7));
  }
  for (const field of ofAttributes('attributes', span.attributes, 2)) {
    const key = field.name.slice('attributes.'.length);
    const at = FIRST.findIndex((pattern) => pattern.test(key));
    fields.push({ ...field, rank: 2 + (at < 0 ? FIRST.length : at) });
  }
  for (const [i, link] of span.links.entries()) {
    fields.push({ name: `links[${i}]`, text: `trace ${link.traceId} span ${link.spanId}`, rank: 8 });
    fields.push(...ofAttributes(`links[${i}].attributes`, link.attributes, 8));
  }
  fields.push(...ofAttributes('resource', span.resource.attributes, AFTER_RESOURCE));
  fields.push({ name: 'scope', text: `${span.scope.name} ${span.scope.version}`.trim(), rank: AFTER_RESOURCE });
  fields.push(...ofAttributes('scope', span.scope.attributes, AFTER_RESOURCE));
  if (span.traceState !== '') fields.push({ name: 'traceState', text: span.traceState, rank: AFTER_RESOURCE });
  return fields
    .map((field, i) => ({ field, i }))
    .sort((a, b) => a.field.rank - b.field.rank || a.i - b.i)
    .map(({ field }) => field);
}

function ofAttributes(prefix: string, attributes: SpanDetail['attributes'], rank: number): Field[] {
  return Object.entries(plainAttributes(attributes)).map(([key, value]) => ({
    name: `${prefix}.${key}`,
    text: typeof value === 'string' ? value : JSON.stringify(value),
    rank,
  }));
}
