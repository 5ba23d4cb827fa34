import { listOf } from '../../otlp/json-envelope';
import { get } from '../../otlp/json-fields';
import type { Format } from '../format';
import { isRecord } from '../is-record';
import { protobufFromZipkin } from '../zipkin/to-otlp';
import { zipkinSpansFromV1 } from './from-json';

/** Looked at: a span may say nothing that only one of the versions has. */
const FIRST_SPANS = 20;
const OF_SECOND = ['kind', 'tags', 'localEndpoint', 'remoteEndpoint'];

/** Zipkin's first form of spans, in JSON: `GET /api/v1/traces` answered it, and files of it are still kept. */
export const ZIPKIN_V1: Format = {
  name: 'zipkin-v1',
  title: 'Zipkin v1 spans',
  matches: (document) => {
    const spans = Array.isArray(document) ? document.slice(0, FIRST_SPANS).flat(1).slice(0, FIRST_SPANS) : [];
    return spans.some(isOfFirst) && !spans.some((span) => OF_SECOND.some((name) => isRecord(span) && name in span));
  },
  open: ({ nowNs }) => ({
    fromJson: (document, records) => [
      { signal: 'traces', protobuf: protobufFromZipkin(zipkinSpansFromV1(document, records), nowNs()) },
    ],
    fromProtobuf: null,
  }),
  receiver: null,
};

/** Annotations of the second version have no endpoint, and there are no binary ones. */
function isOfFirst(span: unknown): boolean {
  if (!isRecord(span) || typeof get(span, 'traceId') !== 'string' || typeof get(span, 'id') !== 'string') return false;
  const [annotation] = listOf(span, 'annotations');
  return Array.isArray(span.binaryAnnotations) || (isRecord(annotation) && isRecord(get(annotation, 'endpoint')));
}
