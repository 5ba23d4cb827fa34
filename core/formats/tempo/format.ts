import { protobufFromTraceJson } from '../../otlp/json-to-proto';
import type { Format } from '../format';
import { otlpFromTempo } from './from-json';

/** What Grafana Tempo's API answers for a trace, which its users keep in files. */
export const TEMPO: Format = {
  name: 'tempo',
  title: 'a trace of Grafana Tempo',
  matches: (document) => otlpFromTempo(document) !== null,
  open: () => ({
    fromJson: (document, records) => [
      { signal: 'traces', protobuf: protobufFromTraceJson(otlpFromTempo(document), records) },
    ],
    fromProtobuf: null,
  }),
  receiver: null,
};
