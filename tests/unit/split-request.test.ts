/** Requests of any size, in pieces that are decoded one after the other. */
import { describe, expect, it } from 'vitest';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { splitRequest } from '../../core/otlp/split-request';
import { traceRequest } from '../../core/samples/otlp-builder';
import { type Signal, signalNamed } from '../../services/ingest/signals';

const id = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');
const numbers = Array.from({ length: 300 }, (_, n) => n + 1);
const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }] };
const scope = { name: 'scope', version: '1' };

/** Each of one resource, and of two scopes. */
const LARGE: readonly (readonly [Signal['name'], Uint8Array])[] = [
  [
    'traces',
    protobufFromTraceJson({
      resourceSpans: [
        {
          resource,
          schemaUrl: 'https://example.com/schema',
          scopeSpans: [0, 1].map((odd) => ({
            scope,
            spans: numbers
              .filter((n) => n % 2 === odd)
              .map((n) => ({
                traceId: id(n, 32),
                spanId: id(n, 16),
                name: `span ${n}`,
                startTimeUnixNano: '1',
                endTimeUnixNano: '2',
              })),
          })),
        },
      ],
    }),
  ],
  [
    'logs',
    protobufFromLogsJson({
      resourceLogs: [
        {
          resource,
          scopeLogs: [0, 1].map((odd) => ({
            scope,
            logRecords: numbers
              .filter((n) => n % 2 === odd)
              .map((n) => ({ timeUnixNano: '1', body: { stringValue: `log ${n}` } })),
          })),
        },
      ],
    }),
  ],
  [
    'metrics',
    protobufFromMetricsJson({
      resourceMetrics: [
        {
          resource,
          scopeMetrics: [0, 1].map((odd) => ({
            scope,
            metrics: numbers
              .filter((n) => n % 2 === odd)
              .map((n) => ({ name: `metric ${n}`, gauge: { dataPoints: [{ timeUnixNano: '1', asInt: '1' }] } })),
          })),
        },
      ],
    }),
  ],
];

describe('a request that is split', () => {
  it('is split between its resources, and loses no byte', () => {
    const request = Buffer.concat(
      Array.from({ length: 20 }, (_, n) =>
        protobufFromTraceJson(
          traceRequest([
            {
              traceId: '1'.repeat(32),
              spanId: 'a'.repeat(16),
              service: `s${n}`,
              name: 'x'.repeat(n * 10),
              startNs: 1n,
              endNs: 2n,
            },
          ]),
        ),
      ),
    );
    for (const most of [1, 500, 1_000, 100_000]) {
      const pieces = splitRequest(request, most);
      expect(Buffer.concat(pieces).equals(request)).toBe(true);
      if (most >= 500) for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(most);
    }
    expect(splitRequest(request, 1)).toHaveLength(20);
  });

  it.each(LARGE)('is split within a resource and a scope that are larger: %s', (name, request) => {
    const signal = signalNamed(name);
    const pieces = splitRequest(request, 1_000);
    expect(pieces.length).toBeGreaterThan(5);
    let records = 0;
    for (const piece of pieces) {
      expect(piece.length).toBeLessThanOrEqual(1_020);
      const { batch, rejected } = signal.decode(piece);
      expect(rejected).toBe(0);
      expect(Buffer.from(piece).includes('checkout')).toBe(true);
      expect(Buffer.from(piece).includes('scope')).toBe(true);
      records += batch.length;
    }
    expect(records).toBe(numbers.length);
  });

  it('stays whole where a resource says so much of itself that every piece would be large, or is damaged', () => {
    const said = { attributes: [{ key: 'service.name', value: { stringValue: 'x'.repeat(2_000) } }] };
    const spans = numbers.map((n) => ({ traceId: id(n, 32), spanId: id(n, 16), name: 'a' }));
    const wide = protobufFromTraceJson({ resourceSpans: [{ resource: said, scopeSpans: [{ spans }] }] });
    expect(splitRequest(wide, 1_000)).toHaveLength(1);
    const [, [, logs]] = LARGE as [unknown, (typeof LARGE)[number]];
    const damaged = Uint8Array.from(logs);
    damaged[3] = 0x7f;
    expect(Buffer.concat(splitRequest(damaged, 1_000)).length).toBe(damaged.length);
  });
});
