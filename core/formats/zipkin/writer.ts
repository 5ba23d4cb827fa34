/** Zipkin v2 JSON as a file: a list of spans. */
import { spansOfRequest } from '../../otlp/read-trace-request';
import type { FileWriter, FormatWriter } from '../writer';
import { zipkinSpan } from './write-trace';

export const ZIPKIN_WRITER: FormatWriter = {
  name: 'zipkin',
  title: 'Zipkin v2 JSON',
  extension: 'json',
  mediaType: 'application/json',
  loses:
    'digits below a microsecond, and durations below one; the types of values (all become text); attributes of events (they become JSON in a text); links other than as a text; the line between a resource, a scope and a span (all become tags); kinds "internal" and "unspecified" alike; trace flags; dropped counts; addresses of schemas',
  sentIds: true,
  sentTimes: false,
  needsColumns: false,
  needsOrder: false,
  open(): FileWriter {
    let isFirst = true;
    return {
      beginTrace: () => '',
      spans(request) {
        const texts = spansOfRequest(request).map((span) => JSON.stringify(zipkinSpan(span)));
        if (texts.length === 0) return '';
        const before = isFirst ? '[\n' : ',\n';
        isFirst = false;
        return before + texts.join(',\n');
      },
      endTrace: () => '',
      finish: () => (isFirst ? '[]\n' : '\n]\n'),
    };
  },
};
