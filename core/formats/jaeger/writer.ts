/** Jaeger's JSON as a file: what its API answers for traces, written while their spans are read. */
import { spansOfRequest } from '../../otlp/read-trace-request';
import type { FileWriter, FormatWriter } from '../writer';
import { JaegerProcesses, jaegerSpan } from './write-trace';

export const JAEGER_WRITER: FormatWriter = {
  name: 'jaeger',
  title: 'Jaeger JSON',
  extension: 'json',
  mediaType: 'application/json',
  loses:
    'digits below a microsecond; the types of lists, maps, NaN and integers beyond 2^53 (they become text); attributes and trace states of links; attributes of scopes; addresses of schemas; dropped counts; flags but "sampled"',
  sentIds: true,
  sentTimes: false,
  needsColumns: false,
  needsOrder: false,
  open(): FileWriter {
    let traces = 0;
    let processes = new JaegerProcesses();
    let isFirstSpan = true;
    return {
      beginTrace({ summary: { traceId } }) {
        processes = new JaegerProcesses();
        isFirstSpan = true;
        return `${traces++ === 0 ? '{"data":[' : ','}\n{"traceID":${JSON.stringify(traceId)},"spans":[`;
      },
      spans(request) {
        const texts = spansOfRequest(request).map((span) =>
          JSON.stringify(jaegerSpan(span, processes.idOf(span.owner))),
        );
        if (texts.length === 0) return '';
        const before = isFirstSpan ? '\n' : ',\n';
        isFirstSpan = false;
        return before + texts.join(',\n');
      },
      endTrace: () => `],"processes":${JSON.stringify(processes.all())},"warnings":null}`,
      finish: () => `${traces === 0 ? '{"data":[' : ''}],"total":0,"limit":0,"offset":0,"errors":null}\n`,
    };
  },
};
