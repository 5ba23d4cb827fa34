/** What Zipkin's pages search for, as TraceQL: each condition may be met by another span of the service. */
import { anyOf, attributeText, durationText, escapedPattern, filterText, quoted, saysText } from '../traceql-text';
import { REMOTE_KEYS } from './names';

export interface ZipkinSearch {
  /** Any of them; none: of any service. */
  readonly services: readonly string[];
  readonly remoteService: string | null;
  readonly spanName: string | null;
  readonly annotations: ReadonlyMap<string, string>;
  /** Nanoseconds. */
  readonly least: bigint | null;
  readonly most: bigint | null;
}

export function zipkinTraceql(search: ZipkinSearch): string {
  const { services, remoteService, spanName, annotations, least, most } = search;
  const ofService =
    services.length === 0 ? [] : [anyOf(services.map((name) => `resource.service.name = ${quoted(name)}`))];
  const conditions = [
    ...(remoteService === null
      ? []
      : [anyOf(REMOTE_KEYS.map((key) => isAlike(attributeText('span', key), remoteService)))]),
    ...(spanName === null || spanName === 'all' ? [] : [isAlike('name', spanName)]),
    ...Array.from(annotations, ([key, value]) => annotationText(key, value)),
    ...(least === null ? [] : [durations(least, most)]),
  ];
  if (conditions.length === 0) return filterText(ofService);
  return conditions.map((condition) => filterText([...ofService, condition])).join(' && ');
}

function durations(least: bigint, most: bigint | null): string {
  const from = `duration >= ${durationText(least)}`;
  return most === null ? from : `${from} && duration <= ${durationText(most)}`;
}

/** Zipkin has names in lower case. */
function isAlike(field: string, text: string): string {
  return `${field} =~ ${quoted(`(?i)${escapedPattern(text)}`)}`;
}

function annotationText(key: string, value: string): string {
  const field = attributeText(null, key);
  if (value !== '') {
    return key === 'error' ? anyOf([saysText(field, value), errorSays(value)]) : saysText(field, value);
  }
  const isThere = [`${field} != nil`, `event:name = ${quoted(key)}`];
  return anyOf(key === 'error' ? ['status = error', ...isThere] : isThere);
}

/** The tag `error` is made of the status. */
function errorSays(value: string): string {
  const says = `statusMessage = ${quoted(value)}`;
  return value === 'true' ? '(status = error && statusMessage = "")' : `(status = error && ${says})`;
}
