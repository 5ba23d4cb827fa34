/** What Jaeger's search form asks for, as TraceQL: one span has the service, the operation, the duration and each of the tags. */
import { invalid } from '../parameters';
import { anyOf, attributeText, durationText, filterText, quoted, saysText } from '../traceql-text';

export interface FindQuery {
  readonly service: string | null;
  readonly operation: string | null;
  readonly tags: ReadonlyMap<string, string>;
  /** Nanoseconds. */
  readonly least: bigint | null;
  readonly most: bigint | null;
}

const KINDS: ReadonlySet<string> = new Set(['internal', 'server', 'client', 'producer', 'consumer']);
const SCOPE_NAMES: ReadonlySet<string> = new Set(['otel.library.name', 'otel.scope.name']);
const SCOPE_VERSIONS: ReadonlySet<string> = new Set(['otel.library.version', 'otel.scope.version']);

export function findTraceql({ service, operation, tags, least, most }: FindQuery): string {
  return filterText([
    ...(service === null ? [] : [`resource.service.name = ${quoted(service)}`]),
    ...(operation === null ? [] : [`name = ${quoted(operation)}`]),
    ...Array.from(tags, ([key, value]) => tagText(key, value)),
    ...(least === null ? [] : [`duration >= ${durationText(least)}`]),
    ...(most === null ? [] : [`duration <= ${durationText(most)}`]),
  ]);
}

/** Of the span, of its process or of one of its logs; what Jaeger makes tags of is asked where it is. */
function tagText(key: string, value: string): string {
  const said = [attributeText(null, key), attributeText('event', key)].map((field) => saysText(field, value));
  if (key === 'error' && value === 'true') return anyOf(['status = error', ...said]);
  if (key === 'span.kind' && KINDS.has(value)) return anyOf([`kind = ${value}`, ...said]);
  if (key === 'otel.status_code' && /^(ok|error)$/i.test(value)) {
    return anyOf([`status = ${value.toLowerCase()}`, ...said]);
  }
  if (key === 'otel.status_description') return anyOf([`statusMessage = ${quoted(value)}`, ...said]);
  if (SCOPE_NAMES.has(key)) return anyOf([`instrumentation:name = ${quoted(value)}`, ...said]);
  if (SCOPE_VERSIONS.has(key)) return anyOf([`instrumentation:version = ${quoted(value)}`, ...said]);
  if (key === 'event') return anyOf([`event:name = ${quoted(value)}`, ...said]);
  return anyOf(said);
}

/** An object of JSON whose values are texts; numbers and booleans are taken as such. @throws SpoorError VALIDATION_ERROR */
export function tagsOfJson(text: string | null, name: string): ReadonlyMap<string, string> {
  if (text === null) return new Map();
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw invalid(`malformed '${name}' parameter, expecting a JSON object of strings`);
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    throw invalid(`malformed '${name}' parameter, expecting a JSON object of strings`);
  }
  return new Map(
    Object.entries(read).map(([key, value]: [string, unknown]) => {
      if (typeof value === 'string') return [key, value];
      if (typeof value === 'number' || typeof value === 'boolean') return [key, String(value)];
      throw invalid(`malformed '${name}' parameter: ${JSON.stringify(key.slice(0, 60))} is not a string`);
    }),
  );
}

/** `key:value`, as the older form wrote tags. @throws SpoorError VALIDATION_ERROR */
export function tagsOfPairs(pairs: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf(':');
      if (at <= 0) throw invalid("malformed 'tag' parameter, expecting key:value");
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
