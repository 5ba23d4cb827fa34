/** The official OpenTelemetry JS SDK as the client. */

import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter as GrpcLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as GrpcMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from '@opentelemetry/sdk-logs';
import {
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StatusReport } from '../../core/api/contract';
import { preparedFolder } from '../fixtures/prepared-folder';
import { type RunningSpoor, startSpoor } from '../fixtures/spoor';

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;
beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
  // The exporter waits for ten seconds, in which a busy machine may not have opened the database.
  const state = async () => (await spoor.get<StatusReport>('/v1/status')).body.store.state;
  await vi.waitFor(async () => expect(await state()).toBe('ready'), { timeout: 60_000, interval: 100 });
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

const logExporters: [string, () => LogRecordExporter][] = [
  ['http/protobuf', () => new ProtobufLogExporter({ url: `${spoor.ready.otlpHttp}/v1/logs` })],
  ['http/json', () => new JsonLogExporter({ url: `${spoor.ready.otlpHttp}/v1/logs` })],
  ['grpc', () => new GrpcLogExporter({ url: `http://${spoor.ready.otlpGrpc}` })],
];

describe.each(logExporters)('OpenTelemetry JS logs over %s', (name, exporter) => {
  it('are stored when the exporter says so, as they were recorded', async () => {
    const provider = new LoggerProvider({
      resource: resourceFromAttributes({ 'service.name': `logs ${name}` }),
      processors: [new BatchLogRecordProcessor({ exporter: exporter() })],
    });
    provider.getLogger('test-logger').emit({
      severityNumber: SeverityNumber.ERROR,
      severityText: 'ERROR',
      eventName: 'payment.failed',
      body: { reason: 'card declined', tries: 3 },
      attributes: { 'order.id': 'o-1', list: [1, 2] },
    });
    await provider.forceFlush();
    const { body } = await spoor.get<{ data: object[] }>(`/v1/logs?query=service:"logs ${name}" declined status:error`);
    expect(body.data).toMatchObject([
      {
        service: `logs ${name}`,
        severityNumber: 17,
        severityText: 'ERROR',
        eventName: 'payment.failed',
        body: { reason: 'card declined', tries: 3 },
        attributes: { 'order.id': 'o-1', list: [1, 2] },
        scope: { name: 'test-logger' },
      },
    ]);
    await provider.shutdown();
  });
});

const metricExporters: [string, () => PushMetricExporter][] = [
  ['http/protobuf', () => new ProtobufMetricExporter({ url: `${spoor.ready.otlpHttp}/v1/metrics` })],
  ['http/json', () => new JsonMetricExporter({ url: `${spoor.ready.otlpHttp}/v1/metrics` })],
  ['grpc', () => new GrpcMetricExporter({ url: `http://${spoor.ready.otlpGrpc}` })],
];

describe.each(metricExporters)('OpenTelemetry JS metrics over %s', (name, exporter) => {
  it('are stored when the exporter says so, as they were recorded', async () => {
    const prefix = name.replace(/\W/g, '_');
    const provider = new MeterProvider({
      resource: resourceFromAttributes({ 'service.name': `metrics ${name}` }),
      readers: [new PeriodicExportingMetricReader({ exporter: exporter(), exportIntervalMillis: 3_600_000 })],
      views: [
        {
          instrumentName: `${prefix}.exponential`,
          aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
        },
      ],
    });
    const meter = provider.getMeter('test-meter');
    meter.createCounter(`${prefix}.requests`, { unit: '{request}' }).add(5, { route: '/a' });
    meter.createGauge(`${prefix}.temperature`).record(21.5);
    for (const suffix of ['duration', 'exponential']) {
      const histogram = meter.createHistogram(`${prefix}.${suffix}`, { unit: 'ms' });
      for (const value of [1, 20, 300]) histogram.record(value);
    }
    await provider.forceFlush();
    const { body } = await spoor.get<{ data: { id: number; name: string; kind: string }[] }>(
      `/v1/metrics?query=${prefix}.`,
    );
    expect(body.data.map((metric) => [metric.name.slice(prefix.length + 1), metric.kind]).sort()).toEqual([
      ['duration', 'histogram'],
      ['exponential', 'exponentialHistogram'],
      ['requests', 'sum'],
      ['temperature', 'gauge'],
    ]);
    const pointOf = async (suffix: string) => {
      const metric = body.data.find((one) => one.name === `${prefix}.${suffix}`);
      return (await spoor.get<{ data: object[] }>(`/v1/metrics/${metric?.id}/points`)).body.data[0];
    };
    expect(await pointOf('requests')).toMatchObject({ value: 5, attributes: { route: '/a' } });
    expect(await pointOf('temperature')).toMatchObject({ value: 21.5 });
    expect(await pointOf('duration')).toMatchObject({ value: null, raw: { count: '3', sum: 321, min: 1, max: 300 } });
    expect(await pointOf('exponential')).toMatchObject({ raw: { count: '3', sum: 321, zeroCount: '0' } });
    await provider.shutdown();
  });
});
