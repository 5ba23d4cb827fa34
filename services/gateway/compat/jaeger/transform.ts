/** Shows a file of OTLP in Jaeger's form: nothing is stored. */
import { jaegerTrace } from '../../../../core/formats/jaeger/write-trace';
import { parseExactJson } from '../../../../core/otlp/exact-json';
import { WrittenRecords } from '../../../../core/otlp/json-envelope';
import { JsonShapeError } from '../../../../core/otlp/json-shape-error';
import { protobufFromTraceJson } from '../../../../core/otlp/json-to-proto';
import { type SentSpan, spansOfRequest } from '../../../../core/otlp/read-trace-request';
import { invalid } from '../parameters';
import type { Answered, Asked, CompatSource } from '../protocol';
import { json } from '../protocol';
import { structured } from './names';

export async function transform(_: CompatSource, { body }: Asked): Promise<Answered> {
  const records = new WrittenRecords();
  const byTrace = new Map<string, SentSpan[]>();
  for (const span of spansOfRequest(protobufOf(await body(), records))) {
    const spans = byTrace.get(span.traceId);
    if (spans) spans.push(span);
    else byTrace.set(span.traceId, [span]);
  }
  const errors =
    records.refused === 0 ? [] : [{ code: 206, msg: `${records.refused} spans left out: ${records.reason}` }];
  return json(
    structured(
      Array.from(byTrace, ([traceId, spans]) => jaegerTrace(traceId, spans)),
      errors,
    ),
  );
}

function protobufOf(body: Uint8Array, records: WrittenRecords): Uint8Array {
  try {
    return protobufFromTraceJson(parseExactJson(body), records);
  } catch (error) {
    if (error instanceof JsonShapeError || error instanceof SyntaxError) {
      throw invalid(`cannot read the file as OTLP in JSON: ${error.message}`);
    }
    throw error;
  }
}
