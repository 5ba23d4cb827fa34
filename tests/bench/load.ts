/** A generated OTLP load: batches of 1,000 spans in protobuf with six attributes each, in traces of fifty spans. */
import { Agent, request } from 'node:http';
import * as grpc from '@grpc/grpc-js';
import { WireWriter } from '../../core/otlp/wire-writer';

export const BATCH_SPANS = 1_000;
const TRACE_SPANS = 50;
const START_NS = 1_700_000_000_000_000_000n;

export function loadBatch(n: number): Uint8Array {
  const writer = new WireWriter(BATCH_SPANS * 300);
  writer.message(1, (resourceSpans) => {
    resourceSpans.message(1, (resource) => attribute(resource, 1, 'service.name', `service-${n % 8}`));
    resourceSpans.message(2, (scopeSpans) => {
      for (let i = 0; i < BATCH_SPANS; i++) scopeSpans.message(2, (span) => writeSpan(span, n * BATCH_SPANS + i));
    });
  });
  return writer.finish();
}

function writeSpan(span: WireWriter, n: number): void {
  const first = n - (n % TRACE_SPANS);
  const startNs = START_NS + BigInt(n) * 10_000n;
  span.data(1, id(16, first));
  span.data(2, id(8, n));
  if (n !== first) span.data(4, id(8, first));
  span.string(5, `operation ${n % 40}`);
  span.varint(6, 1 + (n % 5));
  span.fixed64(7, startNs);
  span.fixed64(8, startNs + 5_000n);
  attribute(span, 9, 'http.request.method', n % 3 === 0 ? 'POST' : 'GET');
  attribute(span, 9, 'http.route', `/api/items/${n % 25}`);
  attribute(span, 9, 'server.address', `10.0.0.${n % 200}`);
  attribute(span, 9, 'http.response.status_code', n % 50 === 0 ? 500 : 200);
  attribute(span, 9, 'enduser.id', `user-${n % 5_000}`);
  attribute(span, 9, 'thread.id', n % 64);
  if (n % 50 === 0) span.message(15, (status) => status.varint(3, 2));
}

function attribute(out: WireWriter, field: number, key: string, value: string | number): void {
  out.message(field, (pair) => {
    pair.string(1, key);
    pair.message(2, (any) => (typeof value === 'string' ? any.string(1, value) : any.varint(3, value)));
  });
}

/** Never zero: ids start at one. */
function id(length: number, n: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(length - 4, n + 1);
  return bytes;
}

export interface LoadResult {
  readonly seconds: number;
  /** Milliseconds from sending a batch to its acknowledgement. */
  readonly latencies: readonly number[];
}

/** Each connection waits for its answer before it sends the next. */
async function sendAll(
  batches: readonly Uint8Array[],
  connections: number,
  send: (body: Uint8Array, n: number) => Promise<void>,
): Promise<LoadResult> {
  const latencies: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  const worker = async (): Promise<void> => {
    while (next < batches.length) {
      const n = next++;
      const sentAt = performance.now();
      await send(batches[n] as Uint8Array, n);
      latencies.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return { seconds: (performance.now() - startedAt) / 1000, latencies };
}

/** Over OTLP/HTTP on connections kept open. @throws Error on any answer but 200 */
export async function sendLoad(
  otlpHttp: string,
  batches: readonly Uint8Array[],
  connections: number,
  /** Of the n-th batch: an API key; none where none is asked for. */
  tokenOf: (n: number) => string | null = () => null,
  path = '/v1/traces',
): Promise<LoadResult> {
  const { hostname, port } = new URL(otlpHttp);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const result = await sendAll(batches, connections, (body, n) => {
    const token = tokenOf(n);
    const headers = {
      'content-type': 'application/x-protobuf',
      'content-length': body.length,
      ...(token && { authorization: `Bearer ${token}` }),
    };
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, path, method: 'POST', agent, headers }, (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`the receiver answered ${response.statusCode}`)),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  });
  agent.destroy();
  return result;
}

/** Over OTLP/gRPC, one channel, `concurrency` calls at a time. @throws Error on any failure */
export async function sendGrpcLoad(
  target: string,
  batches: readonly Uint8Array[],
  concurrency: number,
): Promise<LoadResult> {
  const client = new grpc.Client(target, grpc.credentials.createInsecure());
  const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
  const bytes = (value: Buffer): Buffer => value;
  const result = await sendAll(
    batches,
    concurrency,
    (body) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(path, bytes, bytes, Buffer.from(body.buffer, body.byteOffset, body.length), (error) =>
          error ? reject(error) : resolve(),
        );
      }),
  );
  client.close();
  return result;
}
