import { get } from '../../otlp/json-fields';
import { protobufFromTraceJson } from '../../otlp/json-to-proto';
import type { Format } from '../format';
import { isRecord } from '../is-record';
import { traceRequests } from '../spans';
import { otlpFromTempo } from '../tempo/from-json';
import { jaegerTraces, spansFromJaeger } from './from-json';
import { JAEGER_WRITER } from './writer';

/**
 * Jaeger's JSON: what its UI downloads and its API answers (`internal/uimodel` of jaegertracing/jaeger). The third version of the API
 * answers OTLP in an envelope of its own.
 */
export const JAEGER: Format = {
  name: 'jaeger',
  title: 'Jaeger traces',
  matches: (document) => jaegerTraces(document) !== null || otlpOf(document) !== null,
  open: () => ({
    fromJson(document, records) {
      const otlp = otlpOf(document);
      if (otlp) return [{ signal: 'traces', protobuf: protobufFromTraceJson(otlp, records) }];
      return traceRequests(spansFromJaeger(document, records));
    },
    fromProtobuf: null,
  }),
  writers: [JAEGER_WRITER],
  receiver: null,
};

/** `{result: {resourceSpans}}`; ids are hex, or base64 where protobuf's own JSON was written. */
function otlpOf(document: unknown): ReturnType<typeof otlpFromTempo> {
  const result = isRecord(document) ? get(document, 'result') : undefined;
  return isRecord(result) && Array.isArray(get(result, 'resourceSpans')) ? otlpFromTempo({ trace: result }) : null;
}
