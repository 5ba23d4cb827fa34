/** What is said of requests in which no record is found, and what of other forms is understood all the same. */
import { describe, expect, it } from 'vitest';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { Envelopes } from '../../core/otlp/envelope';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { lookOfJson } from '../../core/otlp/unknown-json';
import { WireWriter } from '../../core/otlp/wire-writer';
import { Redactor } from '../../core/redaction/redactor';
import { DEFAULT_REDACTION } from '../../core/redaction/rules';
import { decodeOrTell, hintOf, lookOfText } from '../../services/ingest/not-understood';
import { SIGNALS, TRACES } from '../../services/ingest/signals';
import { ours } from '../fuzz/oracle';

const trace = 'af6446cde3775e07dc9c2904036c667d';
const spanId = '6c9a0ccb476e1ffa';
const span = { traceId: trace, spanId, name: 'n', kind: 1, startTimeUnixNano: '5', endTimeUnixNano: '7' };
const log = { body: { stringValue: 'x' }, timeUnixNano: '5' };
const metric = { name: 'requests', gauge: { dataPoints: [{ asInt: 1 }] } };
const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [log] }] }] };
const metrics = { resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] };
const traces = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
const jaegerSpan = { traceID: trace, spanID: spanId, operationName: 'n', references: [], startTime: 1, duration: 2 };
const zipkinSpan = { traceId: trace, id: spanId, name: 'n', timestamp: 1, duration: 2 };

describe('JSON on /v1/traces', () => {
  it.each([
    ['logs', logs, /logs \(resourceLogs\): export them to \/v1\/logs/],
    ['metrics in snake case', { resource_metrics: metrics.resourceMetrics }, /metrics .*\/v1\/metrics/],
    ['logs inside resourceSpans', { resourceSpans: logs.resourceLogs }, /logs \(scopeLogs\)/],
    [
      'log records inside scopeSpans',
      { resourceSpans: [{ scopeSpans: [{ logRecords: [log] }] }] },
      /logs \(logRecords\)/,
    ],
    ['Jaeger, as its API answers', { data: [{ traceID: trace, spans: [jaegerSpan], processes: {} }] }, /Jaeger JSON/],
    ['Jaeger, one trace', { traceID: trace, spans: [jaegerSpan], processes: {} }, /Jaeger JSON/],
    ['Jaeger, a batch', { process: { serviceName: 'a' }, spans: [jaegerSpan] }, /Jaeger JSON/],
    ['Zipkin', [zipkinSpan], /Zipkin v2 spans: send them to \/api\/v2\/spans/],
    ['Zipkin, one span', zipkinSpan, /Zipkin v2/],
    ['an element of the list', traces.resourceSpans[0], /an element of resourceSpans without its envelope/],
    ['the list itself', traces.resourceSpans, /a list of resourceSpans without its envelope/],
    [
      'scopes with old names',
      { instrumentationLibrarySpans: [{ spans: [span] }] },
      /resourceSpans without its envelope/,
    ],
    ['spans', { spans: [span] }, /traces without their envelope/],
    ['a list of spans', [span], /traces without their envelope/],
    ['spans right in the resource', { resourceSpans: [{ spans: [span] }] }, /spans without their scope/],
    ['a list of requests', [traces, traces], /a list of requests with resourceSpans/],
    ['a wrapped request', { data: traces }, /inside "data"/],
    ['a wrapped request of logs', { payload: [logs] }, /resourceLogs inside "payload": .*\/v1\/logs/],
    ['something else', { hello: 1, world: 2 }, /JSON with "hello", "world": OTLP\/JSON begins with/],
  ])('%s', (_, request, look) => {
    expect(lookOfJson(request, '/v1/traces')).toMatch(look);
  });

  it.each([
    [{}],
    [{ resourceSpans: [] }],
    [{ resourceSpans: [{ resource: {}, scopeSpans: [] }] }],
    [[]],
    [[1]],
    [5],
    [null],
  ])('with nothing in it says nothing: %j', (request) => {
    expect(lookOfJson(request, '/v1/traces')).toBeNull();
  });

  it('that is lines says so, and what the first looks like', () => {
    const lines = Buffer.from(`${JSON.stringify(traces)}\n${JSON.stringify(logs)}\n`);
    expect(lookOfText(lines, '/v1/traces')).toBe('JSON lines: send each line as a request of its own');
    expect(lookOfText(Buffer.from(`${JSON.stringify(logs)}\n{}`), '/v1/traces')).toMatch(/The first looks like logs/);
    expect(lookOfText(Buffer.from('hello\nworld'), '/v1/traces')).toBeNull();
  });
});

describe('protobuf', () => {
  const bodies = {
    traces: protobufFromTraceJson(traces),
    logs: protobufFromLogsJson(logs),
    metrics: protobufFromMetricsJson(metrics),
  };

  it.each(
    SIGNALS.flatMap((signal) =>
      (['traces', 'logs', 'metrics'] as const).map((sent) => [signal.name, sent, signal] as const),
    ),
  )('to %s, %s', (to, sent, signal) => {
    const { batch, notUnderstood } = decodeOrTell(signal, bodies[sent]);
    expect([batch.signal, batch.length]).toEqual([to, to === sent ? 1 : 0]);
    if (to === sent) expect(notUnderstood).toBeUndefined();
    else expect(notUnderstood).toContain(`It looks like ${sent}: export them to /v1/${sent}.`);
  });

  it('of Zipkin, and of something else', () => {
    const zipkin = new WireWriter();
    zipkin.message(1, (one) => {
      one.data(1, new Uint8Array(16).fill(7));
      one.data(3, new Uint8Array(8).fill(7));
      one.string(5, 'n');
    });
    expect(decodeOrTell(TRACES, zipkin.finish()).notUnderstood).toMatch(/Zipkin spans/);
    const other = new WireWriter();
    other.string(4, 'something');
    expect(decodeOrTell(TRACES, other.finish()).notUnderstood).toMatch(/protobuf of another type/);
    expect(decodeOrTell(TRACES, new Uint8Array(0)).notUnderstood).toBeUndefined();
    // A resource that had nothing to tell is what exporters send as well.
    expect(decodeOrTell(TRACES, Uint8Array.of(10, 0)).notUnderstood).toBeUndefined();
    expect(() => decodeOrTell(TRACES, Uint8Array.of(10, 200, 1, 1))).toThrow('ends in the middle');
  });

  it('that is not what its headers say', () => {
    expect(hintOf(Buffer.from(' {"a":1}'), 'protobuf')).toMatch(/JSON/);
    expect(hintOf(Uint8Array.of(0x1f, 0x8b, 8, 0), 'json')).toMatch(/gzip/);
    expect(hintOf(bodies.traces, 'json')).toMatch(/protobuf/);
    expect(hintOf(Buffer.from('not json'), 'json')).toBe('');
  });
});

describe('forms of before and of others', () => {
  const old = (signal: 'Spans' | 'Logs' | 'Metrics', records: object) => ({
    [`resource${signal}`]: [
      { [`instrumentationLibrary${signal}`]: [{ instrumentationLibrary: { name: 'lib', version: '1' }, ...records }] },
    ],
  });

  it('with instrumentation libraries, in JSON', () => {
    const scope = { name: 'lib', version: '1' };
    expect(ours('traces', protobufFromTraceJson(old('Spans', { spans: [span] }))).records).toMatchObject([
      { spanId, scope },
    ]);
    expect(ours('logs', protobufFromLogsJson(old('Logs', { logs: [log] }))).records).toHaveLength(1);
    expect(ours('logs', protobufFromLogsJson(old('Logs', { logRecords: [log] }))).records).toHaveLength(1);
    expect(ours('metrics', protobufFromMetricsJson(old('Metrics', { metrics: [metric] }))).records).toHaveLength(1);
  });

  it('with instrumentation libraries under their old number, in protobuf, redacted like all others', () => {
    const inner = protobufFromTraceJson({
      resourceSpans: [
        {
          scopeSpans: [
            {
              scope: { name: 'lib' },
              spans: [{ ...span, attributes: [{ key: 'password', value: { stringValue: 'hunter2hunter2' } }] }],
            },
          ],
        },
      ],
    });
    // {1: {2: scope}} with the number 1000 in place of 2.
    const scopes: Uint8Array[] = [];
    new Envelopes(inner).each((reader) => scopes.push(inner.slice(reader.pos, reader.end)));
    const writer = new WireWriter();
    writer.message(1, (resource) => resource.message(1000, (scope) => scope.data(2, scopes[0] as Uint8Array)));
    const request = writer.finish();
    expect(decodeTraces(request).batch.length).toBe(1);
    const redactor = new Redactor(DEFAULT_REDACTION);
    expect(redactor.suspects(decodeTraces(request).batch)).toBe(true);
    expect(Buffer.from(redactor.redact('traces', request)).includes('hunter2hunter2')).toBe(false);
  });

  it("of Tempo's API, with ids in base64", () => {
    const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
    const tempoSpan = {
      ...span,
      kind: 'SPAN_KIND_SERVER',
      traceId: base64(trace),
      spanId: base64(spanId),
      parentSpanId: base64('00000000000000ff'),
      links: [{ traceId: base64(trace), spanId: base64(spanId) }],
    };
    const expected = [
      { traceId: trace, spanId, parentSpanId: '00000000000000ff', kind: 2, links: [{ traceId: trace, spanId }] },
    ];
    for (const request of [
      { batches: [{ scopeSpans: [{ spans: [tempoSpan] }] }] },
      { batches: [{ instrumentationLibrarySpans: [{ spans: [tempoSpan] }] }] },
      { trace: { resourceSpans: [{ scopeSpans: [{ spans: [tempoSpan] }] }] } },
      {
        batches: [
          {
            scopeSpans: [
              { spans: [{ ...span, kind: 2, parentSpanId: '00000000000000FF', links: [{ traceId: trace, spanId }] }] },
            ],
          },
        ],
      },
    ]) {
      expect(ours('traces', TRACES.fromJson(request)).records).toMatchObject(expected);
    }
  });
});
