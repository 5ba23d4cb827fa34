/** OTLP/gRPC from outside the process, with a client that sends bytes of our choosing. */
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { WireReader } from '../../core/otlp/wire-reader';
import { traceRequest } from '../../core/samples/otlp-builder';
import { preparedFolder } from '../fixtures/prepared-folder';
import { decodeStatusMessage } from '../fixtures/rpc-status';
import { type RunningSpoor, runSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { drawnSpans, T0, traceIdOf } from '../fixtures/traces';

let spoor: RunningSpoor;
let client: Client;
let folder: Awaited<ReturnType<typeof preparedFolder>>;

beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
  client = new Client(spoor.ready.otlpGrpc, credentials.createInsecure(), {
    'grpc.max_send_message_length': 100 * 1024 * 1024,
  });
});
afterAll(async () => {
  client.close();
  expect(await spoor.stop()).toBe(0);
  await folder.remove();
});

const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

/** @throws ServiceError */
function call(path: string, request: Uint8Array): Promise<Buffer> {
  const bytes = (value: Buffer): Buffer => value;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, bytes, bytes, Buffer.from(request), (error: ServiceError | null, answer?: Buffer) =>
      error ? reject(error) : resolve(answer ?? Buffer.alloc(0)),
    );
  });
}

/** The rejected count of a partial success; 0 where it is unset. */
function rejectedOf(response: Uint8Array): number {
  const reader = new WireReader(response);
  if (!reader.next()) return 0;
  const partial = reader.message();
  return partial.next() ? partial.uint32() : 0;
}

const spanCount = async (n: number): Promise<unknown> =>
  (await spoor.get<{ spanCount?: number }>(`/v1/traces/${traceIdOf(n)}`)).body.spanCount;

describe('OTLP/gRPC', () => {
  it('takes the hosts of this machine, as HTTP does, and refuses others', async () => {
    const bytes = (value: Buffer): Buffer => value;
    const named = (host: string): Promise<ServiceError | null> => {
      const other = new Client(spoor.ready.otlpGrpc, credentials.createInsecure(), { 'grpc.default_authority': host });
      return new Promise((resolve) => {
        other.makeUnaryRequest(TRACES, bytes, bytes, Buffer.alloc(0), (error: ServiceError | null) => {
          other.close();
          resolve(error);
        });
      });
    };
    for (const host of ['localhost', 'localhost:4317', '127.0.0.1:4317', '[::1]:4317', 'LOCALHOST:1']) {
      expect(await named(host)).toBeNull();
    }
    for (const host of [
      'evil.example',
      'evil.example:4317',
      'localhost.evil.example',
      '10.0.0.1:4317',
      '127.0.0.1.nip.io',
      'host.docker.internal:4317',
    ]) {
      const error = await named(host);
      expect(error?.code).toBe(status.PERMISSION_DENIED);
      expect(error?.details).toMatch(
        `Host ${host} is not this machine; export to localhost. From a container (host.docker.internal, a service's name)`,
      );
      expect(error?.details).toMatch('start Spoor with --otlp-grpc 0.0.0.0:4317.');
    }
    const anywhere = await preparedFolder();
    const open = await startSpoor(anywhere.path, ['--otlp-grpc', '0.0.0.0:0']);
    const port = open.ready.otlpGrpc.split(':').at(-1);
    const service = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.default_authority': 'spoor:4317',
    });
    const error = await new Promise((resolve) =>
      service.makeUnaryRequest(TRACES, bytes, bytes, Buffer.alloc(0), (one: ServiceError | null) => resolve(one)),
    );
    service.close();
    await open.stop();
    await anywhere.remove();
    expect(error).toBeNull();
  });

  it('stores spans before it answers an empty response', async () => {
    const answer = await call(
      TRACES,
      protobufFromTraceJson(traceRequest(drawnSpans(traceIdOf(1), 'a 0..9\n  b 1..2'))),
    );
    expect(answer.length).toBe(0);
    expect(await spanCount(1)).toBe(2);
    expect((await call(TRACES, new Uint8Array(0))).length).toBe(0);
  });

  it('takes requests beyond the 4 MiB of the library, and not beyond ours', async () => {
    const [span] = drawnSpans(traceIdOf(2), 'big 0..9');
    const big = { ...span, attributes: { prompt: 'x'.repeat(6 * 1024 * 1024) }, startNs: T0 };
    await call(TRACES, protobufFromTraceJson(traceRequest([big as never])));
    expect(await spanCount(2)).toBe(1);
    await expect(call(TRACES, new Uint8Array(65 * 1024 * 1024))).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
  });

  it('rejects a span with an invalid id alone', async () => {
    const body = {
      resourceSpans: [
        { scopeSpans: [{ spans: [{ traceId: traceIdOf(3), spanId: '1'.repeat(16) }, { traceId: 'no' }] }] },
      ],
    };
    expect(rejectedOf(await call(TRACES, protobufFromTraceJson(body)))).toBe(1);
    expect(await spanCount(3)).toBe(1);
  });

  it('answers what is no OTLP with INVALID_ARGUMENT and unknown methods with UNIMPLEMENTED', async () => {
    await expect(call(TRACES, new Uint8Array([10, 200, 1]))).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('not OTLP protobuf'),
    });
    const refusal = (await call(TRACES, new Uint8Array([10, 200, 1])).catch((error) => error)) as ServiceError;
    const [details] = refusal.metadata.get('grpc-status-details-bin');
    expect(decodeStatusMessage(details as Buffer)).toMatchObject({
      code: status.INVALID_ARGUMENT,
      detailTypes: ['type.googleapis.com/google.rpc.BadRequest'],
    });
    await expect(call('/nothing.Service/Export', new Uint8Array(0))).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
    });
  });

  it('stores logs and metrics', async () => {
    const log = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'over gRPC' } }] }] }] };
    const logs = await call('/opentelemetry.proto.collector.logs.v1.LogsService/Export', protobufFromLogsJson(log));
    expect(logs.length).toBe(0);
    const path = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';
    const metric = {
      name: 'm',
      gauge: { dataPoints: [{ asInt: '7', timeUnixNano: '18446744073709551615' }, { asInt: '8' }] },
    };
    const metrics = await call(
      path,
      protobufFromMetricsJson({ resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] }),
    );
    // Times that cannot be true, or none: the points are placed where they arrived.
    expect(rejectedOf(metrics)).toBe(0);
    const { body } = await spoor.get<{ counts: { metricPoints: number } }>('/v1/status');
    expect(body.counts.metricPoints).toBe(2);
    expect((await spoor.get<{ data: object[] }>('/v1/logs?query=gRPC')).body.data).toMatchObject([
      { body: 'over gRPC' },
    ]);
    expect((await call(path, new Uint8Array(0))).length).toBe(0);
  });

  it('names who holds its port when the user named that port', async () => {
    const own = await temporaryFolder();
    const ports = ['--ui', '127.0.0.1:0', '--otlp-http', '127.0.0.1:0', '--otlp-grpc', spoor.ready.otlpGrpc];
    const second = await runSpoor(['serve', '--data-dir', own.path, ...ports]);
    await own.remove();
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`taken by .*pid ${spoor.ready.pid}.*--otlp-grpc 127\\.0\\.0\\.1:\\d+`)),
    ]);
  });
});
