import { describe, expect, it } from 'vitest';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { BATCH_JOB_SPANS, batchJob } from '../../core/samples/batch-job';
import { Random } from '../../core/samples/random';
import { sampleMetrics } from '../../core/samples/sample-metrics';
import { firstTraceId, sampleRequests, sampleTelemetry } from '../../core/samples/sample-workspace';
import { T0 } from '../fixtures/traces';

describe('the sample workspace', () => {
  const batches = [...sampleRequests(T0)].map((request) => decodeTraces(protobufFromTraceJson(request)));

  it('is valid, and the same every time', () => {
    expect(batches.every(({ rejected }) => rejected === 0)).toBe(true);
    expect(JSON.stringify([...sampleRequests(T0)])).toBe(JSON.stringify([...sampleRequests(T0)]));
  });

  it('has a shop of six services, two agents, errors, and nothing in the future', () => {
    const services = new Set(batches.flatMap(({ batch }) => batch.operations.map(({ serviceName }) => serviceName)));
    for (const service of [
      'web',
      'checkout',
      'catalog',
      'payments',
      'inventory',
      'shipping',
      'triage-agent',
      'deep-research-agent',
      'worker',
    ]) {
      expect(services).toContain(service);
    }
    expect(batches.some(({ batch }) => batch.status.includes(2))).toBe(true);
    expect(batches.some(({ batch }) => batch.calls.counts.some((count) => count > 0))).toBe(true);
    for (const { batch } of batches) for (const endNs of batch.endNs) expect(endNs <= T0).toBe(true);
  });

  it('carries its mark on every resource, and another seed makes other traces', () => {
    for (const { path, body } of sampleTelemetry(T0)) {
      const text = JSON.stringify(body);
      const marked = text.split('{"key":"spoor.sample","value":{"boolValue":true}}').length - 1;
      expect([path, marked]).toEqual([path, text.split('"resource":').length - 1]);
    }
    expect(JSON.stringify([...sampleTelemetry(T0, 7)][0])).toContain(firstTraceId(7));
    expect(firstTraceId(7)).not.toBe(firstTraceId(8));
  });

  it('has a gauge, a counter and histograms of both kinds, with nothing in the future', () => {
    const { batch, rejected } = decodeMetrics(protobufFromMetricsJson(sampleMetrics(T0)), Uint8Array.of(1));
    expect(rejected).toBe(0);
    expect(batch.metrics.map(({ kind }) => kind)).toEqual(['gauge', 'sum', 'histogram', 'exponentialHistogram']);
    for (const timeNs of batch.timeNs) expect(timeNs <= T0).toBe(true);
    expect(JSON.stringify(sampleMetrics(T0))).toBe(JSON.stringify(sampleMetrics(T0)));
  });

  it('has one batch job of exactly 10,000 spans, each under a parent that is there', () => {
    const spans = batchJob(new Random(1), T0);
    const ids = new Set(spans.map(({ spanId }) => spanId));
    expect(spans).toHaveLength(BATCH_JOB_SPANS);
    expect(ids.size).toBe(BATCH_JOB_SPANS);
    expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined)).toHaveLength(1);
    expect(spans.every(({ parentSpanId }) => parentSpanId === undefined || ids.has(parentSpanId))).toBe(true);
  });
});
