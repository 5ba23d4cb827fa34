import { get, type JsonObject } from '../../otlp/json-fields';
import { protobufFromTraceJson } from '../../otlp/json-to-proto';
import { protobufFromLogsJson } from '../../otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../otlp/metrics-json-to-proto';
import type { Format, SignalRequest } from '../format';
import { isRecord } from '../is-record';
import { OTLP_WRITERS } from './writers';

const SIGNALS = [
  { signal: 'traces', list: 'resourceSpans', toProtobuf: protobufFromTraceJson },
  { signal: 'logs', list: 'resourceLogs', toProtobuf: protobufFromLogsJson },
  { signal: 'metrics', list: 'resourceMetrics', toProtobuf: protobufFromMetricsJson },
] as const;

/**
 * OTLP/JSON as files hold it: a request, a list of them, or one with all three signals (the Collector's file exporter writes one a
 * line). Receivers take it by signal, at the paths of the protocol.
 */
export const OTLP: Format = {
  name: 'otlp',
  title: 'OTLP/JSON',
  matches: (document) => requestsIn(document).length > 0,
  open: () => ({
    fromJson: (document, records) =>
      requestsIn(document).flatMap((request) =>
        SIGNALS.flatMap(({ signal, list, toProtobuf }): SignalRequest[] =>
          get(request, list) === undefined ? [] : [{ signal, protobuf: toProtobuf(request, records) }],
        ),
      ),
    fromProtobuf: null,
  }),
  writers: OTLP_WRITERS,
  receiver: null,
};

function requestsIn(document: unknown): readonly JsonObject[] {
  const all: readonly unknown[] = Array.isArray(document) ? document : [document];
  return all.filter(isRecord).filter((request) => SIGNALS.some(({ list }) => get(request, list) !== undefined));
}
