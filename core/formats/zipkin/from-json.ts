/** Reads Zipkin v2 JSON: an array of spans, or of arrays of spans, as its API takes and gives them. */
import { COST, DecodeBudget } from '../../otlp/decode-budget';
import type { WrittenRecords } from '../../otlp/json-envelope';
import { eachOf, get, type JsonObject, optionalObject } from '../../otlp/json-fields';
import { asInteger } from '../../otlp/json-numbers';
import { JsonShapeError } from '../../otlp/json-shape-error';
import { NO_ENDPOINT, ZIPKIN_KINDS, type ZipkinEndpoint, type ZipkinSpan } from './span';

/**
 * @param refused counts spans that cannot be read, which are left out; null: the first ends it
 * @throws JsonShapeError naming the first value of the wrong shape, SpoorError PAYLOAD_TOO_LARGE
 */
export function zipkinSpansFromJson(request: unknown, refused: WrittenRecords | null = null): ZipkinSpan[] {
  if (!Array.isArray(request)) throw new JsonShapeError('the request: not an array of spans');
  const spans: ZipkinSpan[] = [];
  const budget = new DecodeBudget();
  eachOf({ spans: request.flat(1) }, 'spans', '', (span, at) => {
    budget.charge(COST.record);
    try {
      spans.push(spanOf(span, at));
    } catch (error) {
      if (!refused || !(error instanceof JsonShapeError)) throw error;
      refused.refused++;
      refused.reason ||= error.message;
    }
  });
  if (refused && refused.refused > 0 && spans.length === 0) throw new JsonShapeError(refused.reason);
  return spans;
}

function spanOf(span: JsonObject, at: string): ZipkinSpan {
  const annotations: { timestamp: bigint; value: string }[] = [];
  eachOf(span, 'annotations', at, (annotation, annotationAt) =>
    annotations.push({
      timestamp: integer(annotation, 'timestamp', annotationAt) ?? 0n,
      value: text(annotation, 'value', annotationAt),
    }),
  );
  const tags = optionalObject(span, 'tags', at) ?? {};
  const kind = text(span, 'kind', at);
  const known = ZIPKIN_KINDS.find((one) => one === kind.toUpperCase()) ?? null;
  // The answer has no place for a notice: a span is refused rather than changed without a word.
  if (kind !== '' && known === null)
    throw new JsonShapeError(`${at}.kind: unknown value ${JSON.stringify(kind.slice(0, 40))}`);
  const parentId = text(span, 'parentId', at);
  return {
    traceId: id(text(span, 'traceId', at), [16, 32], `${at}.traceId`),
    id: id(text(span, 'id', at), [16], `${at}.id`),
    parentId: parentId === '' ? null : id(parentId, [16], `${at}.parentId`),
    kind: known,
    name: text(span, 'name', at),
    timestamp: integer(span, 'timestamp', at),
    duration: integer(span, 'duration', at),
    localEndpoint: endpoint(span, 'localEndpoint', at),
    remoteEndpoint: endpoint(span, 'remoteEndpoint', at),
    annotations,
    tags: Object.keys(tags).map((key) => [key, text(tags, key, `${at}.tags`)] as const),
    debug: get(span, 'debug') === true,
    shared: get(span, 'shared') === true,
  };
}

/** Leading zeros may be left out. */
export function id(hex: string, lengths: readonly number[], at: string): string {
  const length = lengths.find((one) => hex.length <= one);
  if (length === undefined || !/^[0-9a-fA-F]+$/.test(hex))
    throw new JsonShapeError(`${at}: not hex of at most 16 or 32 digits`);
  const padded = hex.toLowerCase().padStart(length, '0');
  if (/^0+$/.test(padded)) throw new JsonShapeError(`${at}: all zero`);
  return padded;
}

export function text(owner: JsonObject, name: string, at: string): string {
  const value = Object.hasOwn(owner, name) ? (owner[name] ?? '') : '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') throw new JsonShapeError(`${at}.${name}: not a string`);
  return value;
}

export function integer(owner: JsonObject, name: string, at: string): bigint | null {
  const value = get(owner, name);
  if (value === undefined) return null;
  const number = asInteger(value, 'int64', `${at}.${name}`);
  return number > 0n ? number : null;
}

export function endpoint(owner: JsonObject, name: string, at: string): ZipkinEndpoint {
  const value = optionalObject(owner, name, at);
  if (!value) return NO_ENDPOINT;
  return {
    serviceName: text(value, 'serviceName', `${at}.${name}`),
    ipv4: text(value, 'ipv4', `${at}.${name}`),
    ipv6: text(value, 'ipv6', `${at}.${name}`),
    port: Number(integer(value, 'port', `${at}.${name}`) ?? 0n),
  };
}
