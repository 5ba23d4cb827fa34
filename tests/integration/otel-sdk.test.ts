/** The official OpenTelemetry JS SDK as the client. */
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  spoor = await startSpoor(folder.path);
});
afterAll(async () => {
  await spoor.stop();
  await folder.remove();
});

const url = () => `${spoor.ready.otlpHttp}/v1/traces`;
const exporters: [string, () => SpanExporter][] = [
  ['http/protobuf', () => new ProtobufExporter({ url: url() })],
  ['http/protobuf, gzip', () => new ProtobufExporter({ url: url(), compression: CompressionAlgorithm.GZIP })],
  ['http/json', () => new JsonExporter({ url: url() })],
  ['grpc', () => new GrpcExporter({ url: `http://${spoor.ready.otlpGrpc}` })],
  [
    'grpc, gzip',
    () => new GrpcExporter({ url: `http://${spoor.ready.otlpGrpc}`, compression: CompressionAlgorithm.GZIP }),
  ],
];

describe.each(exporters)('OpenTelemetry JS over %s', (name, exporter) => {
  it('is stored when the exporter says so, as it was recorded', async () => {
    const provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ 'service.name': `sdk ${name}`, 'service.version': '1.2.3' }),
      spanProcessors: [new BatchSpanProcessor(exporter())],
    });
    const tracer = provider.getTracer('test-scope', '9.9');
    const root = tracer.startSpan('parent', {
      attributes: { 'http.route': '/x', list: ['a', 'b'], n: 42, part: 1.5, yes: true },
    });
    const child = tracer.startSpan(
      'child',
      { links: [{ context: root.spanContext() }] },
      trace.setSpan(ROOT_CONTEXT, root),
    );
    child.recordException(new Error('it broke'));
    child.setStatus({ code: SpanStatusCode.ERROR, message: 'it broke' });
    child.end();
    root.end();
    await provider.forceFlush();
    const { traceId, spanId } = root.spanContext();
    const { body } = await spoor.get<object>(`/v1/traces/${traceId}`);
    expect(body).toMatchObject({
      rootName: 'parent',
      rootService: `sdk ${name}`,
      spanCount: 2,
      errorCount: 1,
      incomplete: false,
    });
    const stored = await spoor.get<object>(`/v1/traces/${traceId}/spans/${spanId}`);
    expect(stored.body).toMatchObject({
      name: 'parent',
      attributes: { 'http.route': '/x', list: ['a', 'b'], n: 42, part: 1.5, yes: true },
      resource: { attributes: { 'service.name': `sdk ${name}`, 'service.version': '1.2.3' } },
      scope: { name: 'test-scope', version: '9.9' },
    });
    const failed = await spoor.get<object>(`/v1/traces/${traceId}/spans/${child.spanContext().spanId}`);
    expect(failed.body).toMatchObject({
      parentSpanId: spanId,
      status: { code: 'error', message: 'it broke' },
      events: [{ name: 'exception', attributes: { 'exception.type': 'Error', 'exception.message': 'it broke' } }],
      links: [{ traceId, spanId }],
    });
    await provider.shutdown();
  });
});
