import { get } from '../../otlp/json-fields';
import type { Format } from '../format';
import { isRecord } from '../is-record';
import { zipkinSpansFromJson } from './from-json';
import { zipkinSpansFromProtobuf } from './from-protobuf';
import type { ZipkinSpan } from './span';
import { protobufFromZipkin } from './to-otlp';
import { ZIPKIN_WRITER } from './writer';

/** Zipkin v2 (zipkin.io/zipkin-api): what its reporters send, and what its API and its UI give. */
export const ZIPKIN: Format = {
  name: 'zipkin',
  title: 'Zipkin v2 spans',
  matches(document) {
    const [first] = Array.isArray(document) ? document.flat(1) : [];
    return isRecord(first) && isText(first, 'traceId') && isText(first, 'id');
  },
  open({ nowNs }) {
    const requests = (spans: readonly ZipkinSpan[]) => [
      { signal: 'traces' as const, protobuf: protobufFromZipkin(spans, nowNs()) },
    ];
    return {
      fromJson(document, records) {
        const spans = zipkinSpansFromJson(document, records);
        records.written += spans.length;
        return requests(spans);
      },
      fromProtobuf: (bytes) => requests(zipkinSpansFromProtobuf(bytes)),
    };
  },
  writers: [ZIPKIN_WRITER],
  receiver: { path: '/api/v2/spans', status: 202, encodings: ['json', 'protobuf'] },
};

function isText(owner: Parameters<typeof get>[0], name: string): boolean {
  return typeof get(owner, name) === 'string';
}
