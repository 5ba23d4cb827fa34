/** One trace: as protobuf, which Grafana asks for, or as JSON. */
import { SpoorError } from '../../../../core/model/errors';
import { spansOfRequest } from '../../../../core/otlp/read-trace-request';
import { WireWriter } from '../../../../core/otlp/wire-writer';
import { resourceSpansOf } from '../otlp-json';
import { cut, invalid } from '../parameters';
import type { Answered, Asked, CompatSource } from '../protocol';
import { json } from '../protocol';
import { paddedTraceId, type ReadTrace, readTrace } from '../read-trace';
import { rangeOf } from './range';

const PROTOBUF = 'application/protobuf';
const PARTIAL = 1;
const NO_BYTES = new Uint8Array(0);

/** `Trace`; in JSON under the name that it had then. */
export async function traceV1(source: CompatSource, asked: Asked): Promise<Answered> {
  const trace = await traceOf(source, asked);
  if (!trace) throw new SpoorError('NOT_FOUND', 'trace not found');
  const { request, partial } = trace;
  if (wantsProtobuf(asked)) return { contentType: PROTOBUF, body: request, warning: partial ?? undefined };
  return json({ batches: resourceSpansOf(spansOfRequest(request), 'base64') }, 200, partial ?? undefined);
}

/** `TraceByIDResponse`; empty where there is no such trace. */
export async function traceV2(source: CompatSource, asked: Asked): Promise<Answered> {
  const trace = await traceOf(source, asked);
  const request = trace?.request ?? NO_BYTES;
  const partial = trace?.partial ?? null;
  if (!wantsProtobuf(asked)) {
    return json({
      trace: trace ? { resourceSpans: resourceSpansOf(spansOfRequest(request), 'base64') } : {},
      metrics: {},
      ...(partial === null ? {} : { status: 'PARTIAL', message: partial }),
    });
  }
  const out = new WireWriter(request.length + 256);
  // An export request and a trace have the same one field.
  out.data(1, request);
  out.data(2, NO_BYTES);
  if (partial !== null) {
    out.varint(3, PARTIAL);
    out.string(4, partial);
  }
  return { contentType: PROTOBUF, body: out.finish() };
}

async function traceOf(source: CompatSource, { param, query }: Asked): Promise<ReadTrace | null> {
  // Where it is to be looked for: here it is found anywhere.
  rangeOf(query);
  const text = param('traceId').trim();
  const traceId = paddedTraceId(text);
  if (traceId === null) throw invalid(`trace IDs are up to 32 hex characters: "${cut(text)}" is not one`);
  return readTrace(source, traceId);
}

function wantsProtobuf({ headers }: Asked): boolean {
  return (headers.get('accept') ?? '').includes(PROTOBUF);
}
