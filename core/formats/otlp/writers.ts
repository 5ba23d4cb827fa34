/** OTLP in its three forms of a file. Ids and times are those that were sent: whoever imports it gets what was received here. */
import type { FileWriter, FormatWriter } from '../writer';
import { resourceSpansJson } from './otlp-json';

const AS_SENT = { sentIds: true, sentTimes: true, needsColumns: false, needsOrder: false } as const;
const NEWER = 'fields that are newer than the protocol as Spoor knows it';

/** One request. */
const JSON_WRITER: FormatWriter = {
  ...AS_SENT,
  name: 'otlp',
  title: 'OTLP/JSON',
  extension: 'json',
  mediaType: 'application/json',
  loses: NEWER,
  open(): FileWriter {
    let isFirst = true;
    return {
      beginTrace: () => '',
      spans(request) {
        const before = isFirst ? '{"resourceSpans":[\n' : ',\n';
        isFirst = false;
        return before + resourceSpansJson(request);
      },
      endTrace: () => '',
      finish: () => (isFirst ? '{"resourceSpans":[]}\n' : '\n]}\n'),
    };
  },
};

/** As the Collector's file exporter writes them: a request a line, so that a file of any length can be read. */
const LINES_WRITER: FormatWriter = {
  ...AS_SENT,
  name: 'otlp-jsonl',
  title: 'OTLP/JSON, a request per line',
  extension: 'jsonl',
  mediaType: 'application/jsonl',
  loses: NEWER,
  open: () => ({
    beginTrace: () => '',
    spans: (request) => `{"resourceSpans":[${resourceSpansJson(request)}]}\n`,
    endTrace: () => '',
    finish: () => '',
  }),
};

/** One request, too: lists of protobuf go on where they are written behind each other. */
const PROTOBUF_WRITER: FormatWriter = {
  ...AS_SENT,
  name: 'otlp-protobuf',
  title: 'OTLP/protobuf',
  extension: 'pb',
  mediaType: 'application/x-protobuf',
  loses: null,
  open: () => ({
    beginTrace: () => '',
    spans: (request) => request,
    endTrace: () => '',
    finish: () => '',
  }),
};

export const OTLP_WRITERS: readonly FormatWriter[] = [JSON_WRITER, LINES_WRITER, PROTOBUF_WRITER];
