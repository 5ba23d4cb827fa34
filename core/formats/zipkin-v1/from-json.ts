/** Reads Zipkin v1 JSON: an array of spans, or of arrays of spans. */
import { COST, DecodeBudget } from '../../otlp/decode-budget';
import type { WrittenRecords } from '../../otlp/json-envelope';
import { asObject, eachOf, get, type JsonObject } from '../../otlp/json-fields';
import { JsonShapeError } from '../../otlp/json-shape-error';
import { endpoint, id, integer, text } from '../zipkin/from-json';
import { NO_ENDPOINT, type ZipkinEndpoint, type ZipkinSpan } from '../zipkin/span';
import { convertedV1 } from './convert';
import type { V1Annotation, V1BinaryAnnotation, V1Span } from './span';

/** @param records counts the spans of the first version @throws JsonShapeError when no span can be read, SpoorError PAYLOAD_TOO_LARGE */
export function zipkinSpansFromV1(document: unknown, records: WrittenRecords): ZipkinSpan[] {
  if (!Array.isArray(document)) throw new JsonShapeError('the request: not an array of spans');
  const budget = new DecodeBudget();
  const spans: ZipkinSpan[] = [];
  let reason = '';
  for (const [i, span] of document.flat(1).entries()) {
    budget.charge(COST.record);
    const at = `spans[${i}]`;
    try {
      spans.push(...convertedV1(spanOf(asObject(span, at), at, budget)));
      records.written++;
    } catch (error) {
      if (!(error instanceof JsonShapeError)) throw error;
      records.refused++;
      reason ||= error.message;
    }
  }
  records.reason ||= reason;
  if (spans.length === 0 && reason !== '') throw new JsonShapeError(reason);
  return spans;
}

function spanOf(span: JsonObject, at: string, budget: DecodeBudget): V1Span {
  const annotations: V1Annotation[] = [];
  eachOf(span, 'annotations', at, (annotation, annotationAt) => {
    budget.charge(COST.item);
    const timestamp = integer(annotation, 'timestamp', annotationAt);
    if (timestamp === null) throw new JsonShapeError(`${annotationAt}.timestamp: it has none`);
    annotations.push({
      timestamp,
      value: text(annotation, 'value', annotationAt),
      endpoint: endpointOr(annotation, annotationAt),
    });
  });
  const binaryAnnotations: V1BinaryAnnotation[] = [];
  eachOf(span, 'binaryAnnotations', at, (annotation, annotationAt) => {
    // Each may become a span of its own.
    budget.charge(COST.record);
    binaryAnnotations.push({
      key: text(annotation, 'key', annotationAt),
      value: text(annotation, 'value', annotationAt),
      endpoint: endpointOr(annotation, annotationAt),
    });
  });
  const parentId = text(span, 'parentId', at);
  return {
    traceId: id(text(span, 'traceId', at), [16, 32], `${at}.traceId`),
    id: id(text(span, 'id', at), [16], `${at}.id`),
    parentId: parentId === '' ? null : id(parentId, [16], `${at}.parentId`),
    name: text(span, 'name', at),
    timestamp: integer(span, 'timestamp', at),
    duration: integer(span, 'duration', at),
    annotations,
    binaryAnnotations,
    debug: get(span, 'debug') === true,
  };
}

function endpointOr(owner: JsonObject, at: string): ZipkinEndpoint | null {
  const value = endpoint(owner, 'endpoint', at);
  return value === NO_ENDPOINT ? null : value;
}
