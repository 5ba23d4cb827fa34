/** The search of older clients: tags that hold a text, whatever the case, and how long the trace took. */
import { invalid } from '../parameters';
import { anyOf, attributeText, durationText, escapedPattern, filterText, quoted } from '../traceql-text';
import { readLogfmt } from './logfmt';

const STATUSES: ReadonlySet<string> = new Set(['ok', 'error', 'unset']);

/** @param tags logfmt @param least of the trace's duration, nanoseconds @throws SpoorError VALIDATION_ERROR */
export function tagSearch(tags: string, least: bigint | null, most: bigint | null): string {
  const durations = [
    ...(least === null || least === 0n ? [] : [`traceDuration >= ${durationText(least)}`]),
    ...(most === null || most === 0n ? [] : [`traceDuration <= ${durationText(most)}`]),
  ];
  const conditions = Array.from(readLogfmt(tags), ([key, value]) => conditionOf(key, value));
  if (conditions.length === 0) return filterText(durations);
  // Each tag may be of another span.
  return conditions.map((condition) => filterText([condition, ...durations])).join(' && ');
}

function conditionOf(key: string, value: string): string {
  switch (key) {
    case 'name':
      return holds('name', value);
    case 'root.name':
      return holds('rootName', value);
    case 'root.service.name':
      return holds('rootServiceName', value);
    case 'status.code':
      if (!STATUSES.has(value)) throw invalid('invalid tags: status.code is ok, error or unset');
      return `status = ${value}`;
    case 'error':
      if (value === 'true') return 'status = error';
  }
  const field = attributeText(null, key);
  const ways = [holds(field, value)];
  if (/^-?\d{1,18}$/.test(value) || value === 'true' || value === 'false') ways.push(`${field} = ${value}`);
  return anyOf(ways);
}

function holds(field: string, text: string): string {
  return `${field} =~ ${quoted(`(?is).*${escapedPattern(text)}.*`)}`;
}
