/** OTLP/JSON as senders write it by hand and other libraries by default: what is meant is plain, and is read; what is not is refused alone. */
import { expect, it } from 'vitest';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { parseExactJson } from '../../core/otlp/exact-json';
import { WrittenRecords } from '../../core/otlp/json-envelope';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { spansOfRequest } from '../../core/otlp/read-trace-request';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = '00f067aa0ba902b7';
const START = '1795900000000000000';
const GOOD = {
  traceId: TRACE_ID,
  spanId: SPAN_ID,
  name: 'good',
  startTimeUnixNano: START,
  endTimeUnixNano: '1795900000010000000',
};

function sent(spans: readonly object[], resource: object = {}) {
  const written = new WrittenRecords();
  const request = { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] };
  const text = new TextEncoder().encode(JSON.stringify(request));
  const protobuf = protobufFromTraceJson(parseExactJson(text), written);
  return { written, protobuf, decoded: decodeTraces(protobuf), spans: spansOfRequest(protobuf) };
}

/** The one attribute of a span that has only this value. */
function stored(value: unknown): unknown {
  const { spans, written } = sent([{ ...GOOD, attributes: [{ key: 'k', value }] }]);
  expect([written.written, written.reason]).toEqual([1, '']);
  return spans[0]?.body.attributes[0]?.value;
}

it.each([
  ['text', { stringValue: 'a' }, { stringValue: 'a' }],
  ['a number where text is said', { stringValue: 5 }, { stringValue: '5' }],
  ['an object where text is said', { stringValue: { a: 1 } }, { stringValue: '{"a":1}' }],
  ['snake_case', { string_value: 'a' }, { stringValue: 'a' }],
  ['a boolean', { boolValue: true }, { boolValue: true }],
  ['a boolean as text', { boolValue: 'true' }, { boolValue: true }],
  ['a boolean as Python writes it', { boolValue: 'False' }, { boolValue: false }],
  ['a boolean as a number', { bool_value: 1 }, { boolValue: true }],
  ['an integer', { intValue: 7 }, { intValue: '7' }],
  ['an integer as text', { intValue: '7' }, { intValue: '7' }],
  ['a double as text', { doubleValue: '1.5' }, { doubleValue: 1.5 }],
  ['bytes', { bytesValue: 'AQI=' }, { bytesValue: 'AQI=' }],
  ['bytes as a buffer of Node', { bytesValue: { type: 'Buffer', data: [1, 2] } }, { bytesValue: 'AQI=' }],
  [
    'a list without its message',
    { arrayValue: [{ stringValue: 'a' }] },
    { arrayValue: { values: [{ stringValue: 'a' }] } },
  ],
  [
    'a map without its message',
    { kvlistValue: { a: { intValue: 1 } } },
    { kvlistValue: { values: [{ key: 'a', value: { intValue: '1' } }] } },
  ],
  ['text that is null', { stringValue: null }, {}],
  ['nothing', {}, {}],
  ['plain text', 'a', { stringValue: 'a' }],
  ['a plain number', 5, { intValue: '5' }],
  ['a plain fraction', 0.5, { doubleValue: 0.5 }],
  ['a plain boolean', false, { boolValue: false }],
  ['a plain list', ['a', 1], { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } }],
  ['a plain object', { a: 'b' }, { kvlistValue: { values: [{ key: 'a', value: { stringValue: 'b' } }] } }],
])('reads %s', (_, value, expected) => {
  expect(stored(value)).toEqual(expected);
});

it('reads attributes that are an object', () => {
  const { spans } = sent([{ ...GOOD, attributes: { 'http.method': 'GET', n: { intValue: '2' }, none: null } }]);
  expect(spans[0]?.body.attributes).toEqual([
    { key: 'http.method', value: { stringValue: 'GET' } },
    { key: 'n', value: { intValue: '2' } },
    expect.objectContaining({ key: 'none' }),
  ]);
});

it.each([
  ['lists', (inner: unknown) => ({ arrayValue: { values: [inner] } })],
  ['maps', (inner: unknown) => ({ kvlistValue: { values: [{ key: 'a', value: inner }] } })],
  ['plain lists', (inner: unknown) => [inner]],
])('keeps what is nested too deep in %s as text', (_, around) => {
  let value: unknown = { stringValue: 'innermost' };
  for (let depth = 0; depth < 100; depth++) value = around(value);
  const { decoded, protobuf } = sent([{ ...GOOD, attributes: [{ key: 'k', value }] }, GOOD]);
  expect([decoded.batch.length, decoded.rejected]).toEqual([2, 0]);
  expect(new TextDecoder().decode(protobuf)).toContain('innermost');
});

it.each([
  ['nanoseconds', START],
  ['a number', Number(START)],
  ['RFC 3339', '2026-11-28T21:06:40Z'],
  ['an offset', '2026-11-28T22:06:40+01:00'],
  ['a fraction', '2026-11-28T21:06:40.000000000Z'],
  ['no zone, as Python has it', '2026-11-28T21:06:40.000000'],
  ['a space', '2026-11-28 21:06:40Z'],
  ['seconds and nanoseconds', [1795900000, 0]],
  ['a Timestamp', { seconds: '1795900000', nanos: 0 }],
])('reads a time in %s', (_, time) => {
  const { spans, written } = sent([
    { ...GOOD, startTimeUnixNano: time, endTimeUnixNano: time, events: [{ timeUnixNano: time, name: 'e' }] },
  ]);
  expect(written.reason).toBe('');
  expect(String(spans[0]?.startNs)).toBe(START);
  expect(String(spans[0]?.endNs)).toBe(START);
  expect(spans[0]?.body.events[0]?.timeUnixNano).toBe(START);
});

it.each([
  ['hex', TRACE_ID, SPAN_ID],
  ['upper case', TRACE_ID.toUpperCase(), SPAN_ID.toUpperCase()],
  ['base64', 'CvdlGRbNQ92ESOshHIAxnA==', 'APBnqgupArc='],
  ['base64 without padding', 'CvdlGRbNQ92ESOshHIAxnA', 'APBnqgupArc'],
  ['a UUID', '0af76519-16cd-43dd-8448-eb211c80319c', SPAN_ID],
  ['0x', `0x${TRACE_ID}`, `0x${SPAN_ID}`],
])('reads ids in %s', (_, traceId, spanId) => {
  const link = { traceId, spanId };
  const { spans, decoded } = sent([{ ...GOOD, traceId, spanId, parentSpanId: spanId, links: [link] }]);
  expect(decoded.rejected).toBe(0);
  expect(spans[0]).toMatchObject({ traceId: TRACE_ID, spanId: SPAN_ID, parentSpanId: SPAN_ID });
  expect(spans[0]?.body.links[0]).toMatchObject({ traceId: TRACE_ID, spanId: SPAN_ID });
});

it.each([undefined, null, '', 0, '0'])('takes the time %j for one that is not set', (endTimeUnixNano) => {
  expect(sent([{ ...GOOD, endTimeUnixNano }]).spans[0]?.endNs).toBe(0n);
});

it('leaves out attributes that are null', () => {
  const { spans } = sent([{ ...GOOD, attributes: [null, { key: 'k', value: { stringValue: 'a' } }] }]);
  expect(spans[0]?.body.attributes).toEqual([{ key: 'k', value: { stringValue: 'a' } }]);
});

it.each([2, '2', 'SPAN_KIND_SERVER', 'span_kind_server', 'SERVER', 'Server', 'server', 'SpanKind.SERVER'])(
  'reads the kind %s',
  (kind) => expect(sent([{ ...GOOD, kind }]).spans[0]?.kind).toBe(2),
);

it.each([
  { code: 2 },
  { code: '2' },
  { code: 'STATUS_CODE_ERROR' },
  { code: 'ERROR' },
  { code: 'Error' },
  { code: 'StatusCode.ERROR' },
  'ERROR',
  2,
])('reads the status %j', (status) => expect(sent([{ ...GOOD, status }]).spans[0]?.body.status.code).toBe(2));

it.each([
  ['attributes that are text', { attributes: 'a' }],
  ['a value that is no boolean', { attributes: [{ key: 'k', value: { boolValue: 'perhaps' } }] }],
  ['a value that is no base64', { attributes: [{ key: 'k', value: { bytesValue: '*' } }] }],
  ['an integer out of range', { attributes: { k: { intValue: '9223372036854775808' } } }],
  ['a kind that is none', { kind: {} }],
  ['a time that is none', { startTimeUnixNano: 'yesterday' }],
  ['a time before 1970', { startTimeUnixNano: '1969-12-31T23:59:59Z' }],
  ['a name with parts', { name: {} }],
  ['events that are no list', { events: {} }],
])('refuses a span with %s alone', (_, rest) => {
  const { written, decoded } = sent([GOOD, { ...GOOD, ...rest }, GOOD]);
  expect([written.written, written.refused, decoded.batch.length]).toEqual([2, 1, 2]);
  expect(written.reason).toMatch(/^resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[1\]\./);
});

it('keeps the records of a resource with a value that cannot be read, and the value as text', () => {
  const resource = { attributes: [{ key: 'big', value: { intValue: '9223372036854775808' } }] };
  const { written, spans } = sent([GOOD], resource);
  expect([written.written, written.refused]).toEqual([1, 0]);
  expect(spans[0]?.owner.resource.attributes).toEqual([
    { key: 'big', value: { stringValue: '{"intValue":"9223372036854775808"}' } },
  ]);
});

it('reads logs and metrics by the same rules', () => {
  const log = { timeUnixNano: '2026-11-28T21:06:40Z', severityNumber: 'error', severityText: 5, body: 'plain' };
  const logs = decodeLogs(
    protobufFromLogsJson({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ ...log, attributes: { a: 1 } }] }] }] }),
    new Uint8Array(16),
    0n,
  );
  expect([logs.rejected, logs.batch.length, String(logs.batch.timeNs[0])]).toEqual([0, 1, START]);
  const sum = {
    aggregationTemporality: 'cumulative',
    isMonotonic: 'true',
    dataPoints: [{ timeUnixNano: '2026-11-28T21:06:40Z', asInt: '3', attributes: { a: 'b' } }],
  };
  const metrics = decodeMetrics(
    protobufFromMetricsJson({ resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'n', sum }] }] }] }),
    new Uint8Array(16),
  );
  expect([metrics.rejected, metrics.batch.length]).toEqual([0, 1]);
});

it('names that no enum has cost nothing else', () => {
  const { written, spans, decoded } = sent([
    { ...GOOD, kind: 'SPAN_KIND_FOO', status: { code: 'STATUS_CODE_BAR', message: 'kept' } },
    { ...GOOD, spanId: '00f067aa0ba902b8', kind: 'server', status: { code: 'Error' } },
    { ...GOOD, spanId: '00f067aa0ba902b9', kind: '', status: { code: '' } },
    // It is not stored, so nothing is said of its kind.
    { ...GOOD, spanId: '00f067aa0ba902ba', kind: 'NOTHING', attributes: 7 },
  ]);
  expect(spans.map(({ kind, body }) => [kind, body.status])).toEqual([
    [0, { code: 0, message: 'kept' }],
    [2, { code: 2, message: '' }],
    [0, { code: 0, message: '' }],
  ]);
  expect([written.written, written.refused, decoded.rejected, decoded.batch.length]).toEqual([3, 1, 0, 3]);
  expect(written.notice).toBe(
    'stored as unspecified, because the name is unknown: resourceSpans[0].scopeSpans[0].spans[0].kind "SPAN_KIND_FOO" and 1 more',
  );
});

it('of severities and temporalities, too', () => {
  const written = new WrittenRecords();
  const record = { timeUnixNano: START, severityNumber: 'LOUD', severityText: 'LOUD', body: { stringValue: 'kept' } };
  const logs = protobufFromLogsJson({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }, written);
  expect(decodeLogs(logs, new Uint8Array(16), 0n).batch.length).toBe(1);
  expect(written.notice).toContain('logRecords[0].severityNumber "LOUD"');
  const sum = { aggregationTemporality: 'SIDEWAYS', dataPoints: [{ timeUnixNano: START, asInt: 1 }] };
  const metrics = protobufFromMetricsJson(
    { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', sum }] }] }] },
    written,
  );
  expect(decodeMetrics(metrics, new Uint8Array(16)).batch.length).toBe(1);
  expect(written.notice).toContain('and 1 more');
});

it('a value that is nested too deep costs nothing else', () => {
  const deep = (levels: number): string =>
    `${'{"arrayValue":{"values":['.repeat(levels)}{"stringValue":"x"}${']}}'.repeat(levels)}`;
  const span = (id: string, levels: number): string =>
    `{"traceId":"${TRACE_ID}","spanId":"${id}","name":"deep","startTimeUnixNano":"${START}","attributes":[{"key":"k","value":${deep(levels)}},{"key":"other","value":{"intValue":1}}]}`;
  const text = `{"resourceSpans":[{"scopeSpans":[{"spans":[${span(SPAN_ID, 5_000)},${span('00f067aa0ba902b8', 1)}]}]}]}`;
  const written = new WrittenRecords();
  const protobuf = protobufFromTraceJson(parseExactJson(new TextEncoder().encode(text)), written);
  const [first, second] = spansOfRequest(protobuf);
  expect([written.written, written.refused, decodeTraces(protobuf).rejected]).toEqual([2, 0, 0]);
  expect(first?.body.attributes.map(({ key }) => key)).toEqual(['k', 'other']);
  expect(JSON.stringify(first?.body.attributes[0]?.value)).toContain('stringValue');
  expect(second?.body.attributes[0]?.value).toEqual({ arrayValue: { values: [{ stringValue: 'x' }] } });
});
