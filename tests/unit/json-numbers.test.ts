/** Integers and doubles of OTLP/JSON at the edges of their types; what does not fit is refused alone. */
import { describe, expect, it } from 'vitest';
import { parseExactJson } from '../../core/otlp/exact-json';
import { WrittenRecords } from '../../core/otlp/json-envelope';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { ours } from '../fuzz/oracle';

type Convert = (request: unknown, written?: WrittenRecords | null) => Uint8Array;
const parse = (text: string): unknown => parseExactJson(new TextEncoder().encode(text));

/** Where a number stands in a request, with its type and what is read back of it. */
interface Place {
  readonly name: string;
  readonly type: 'int32' | 'uint32' | 'int64' | 'uint64';
  readonly signal: 'traces' | 'logs' | 'metrics';
  readonly json: (number: string) => string;
  readonly read: (record: Record<string, unknown>) => unknown;
}

const span = (rest: string): string =>
  `{"traceId":"${'a'.repeat(32)}","spanId":"${'b'.repeat(16)}","name":"n",${rest}}`;
const log = (rest: string): string => `{"body":{"stringValue":"x"},${rest}}`;
const metric = (kind: string, point: string): string => `{"name":"m","${kind}":{"dataPoints":[{${point}}]}}`;
const value = ({ attributes }: Record<string, unknown>): unknown =>
  (attributes as { value: { intValue: string } }[])[0]?.value.intValue;
const first = (list: unknown): Record<string, unknown> =>
  (list as Record<string, unknown>[])[0] as Record<string, unknown>;

const PLACES: readonly Place[] = [
  {
    name: 'intValue',
    type: 'int64',
    signal: 'traces',
    json: (n) => span(`"attributes":[{"key":"k","value":{"intValue":${n}}}]`),
    read: value,
  },
  { name: 'kind', type: 'int32', signal: 'traces', json: (n) => span(`"kind":${n}`), read: () => undefined },
  {
    name: 'droppedAttributesCount',
    type: 'uint32',
    signal: 'traces',
    json: (n) => span(`"droppedAttributesCount":${n}`),
    read: (r) => r.droppedAttributesCount,
  },
  {
    name: 'flags of a span',
    type: 'uint32',
    signal: 'traces',
    json: (n) => span(`"flags":${n}`),
    read: (r) => r.flags,
  },
  {
    name: 'time of an event',
    type: 'uint64',
    signal: 'traces',
    json: (n) => span(`"events":[{"timeUnixNano":${n}}]`),
    read: (r) => first(r.events).timeUnixNano,
  },
  {
    name: 'dropped of an event',
    type: 'uint32',
    signal: 'traces',
    json: (n) => span(`"events":[{"droppedAttributesCount":${n}}]`),
    read: (r) => first(r.events).droppedAttributesCount,
  },
  {
    name: 'flags of a link',
    type: 'uint32',
    signal: 'traces',
    json: (n) => span(`"links":[{"flags":${n}}]`),
    read: (r) => first(r.links).flags,
  },
  {
    name: 'intValue in a body',
    type: 'int64',
    signal: 'logs',
    json: (n) => log(`"body":{"intValue":${n}}`),
    read: (r) => (r.body as { intValue: string }).intValue,
  },
  {
    name: 'severityNumber',
    type: 'int32',
    signal: 'logs',
    json: (n) => log(`"severityNumber":${n}`),
    read: () => undefined,
  },
  { name: 'flags of a log', type: 'uint32', signal: 'logs', json: (n) => log(`"flags":${n}`), read: (r) => r.flags },
  {
    name: 'asInt',
    type: 'int64',
    signal: 'metrics',
    json: (n) => metric('gauge', `"asInt":${n}`),
    read: (r) => r.asInt,
  },
  {
    name: 'flags of a point',
    type: 'uint32',
    signal: 'metrics',
    json: (n) => metric('sum', `"asInt":1,"flags":${n}`),
    read: (r) => r.flags,
  },
  {
    name: 'asInt of an exemplar',
    type: 'int64',
    signal: 'metrics',
    json: (n) => metric('sum', `"exemplars":[{"asInt":${n}}]`),
    read: (r) => first(r.exemplars).asInt,
  },
  {
    name: 'count',
    type: 'uint64',
    signal: 'metrics',
    json: (n) => metric('histogram', `"count":${n}`),
    read: (r) => r.count,
  },
  {
    name: 'bucketCounts',
    type: 'uint64',
    signal: 'metrics',
    json: (n) => metric('histogram', `"bucketCounts":[${n}]`),
    read: (r) => (r.bucketCounts as string[])[0],
  },
  {
    name: 'scale',
    type: 'int32',
    signal: 'metrics',
    json: (n) => metric('exponentialHistogram', `"scale":${n}`),
    read: (r) => r.scale,
  },
  {
    name: 'zeroCount',
    type: 'uint64',
    signal: 'metrics',
    json: (n) => metric('exponentialHistogram', `"zeroCount":${n}`),
    read: (r) => r.zeroCount,
  },
  {
    name: 'offset',
    type: 'int32',
    signal: 'metrics',
    json: (n) => metric('exponentialHistogram', `"negative":{"offset":${n}}`),
    read: (r) => (r.negative as { offset: number }).offset,
  },
  {
    name: 'exponential bucketCounts',
    type: 'uint64',
    signal: 'metrics',
    json: (n) => metric('exponentialHistogram', `"positive":{"bucketCounts":[${n}]}`),
    read: (r) => (r.positive as { bucketCounts: string[] }).bucketCounts[0],
  },
  {
    name: 'count of a summary',
    type: 'uint64',
    signal: 'metrics',
    json: (n) => metric('summary', `"count":${n}`),
    read: (r) => r.count,
  },
];

const EDGES = {
  int32: { fit: ['-2147483648', '2147483647'], not: ['-2147483649', '2147483648'] },
  uint32: { fit: ['0', '4294967295'], not: ['-1', '4294967296'] },
  int64: { fit: ['-9223372036854775808', '9223372036854775807'], not: ['-9223372036854775809', '9223372036854775808'] },
  uint64: { fit: ['0', '18446744073709551615'], not: ['-1', '18446744073709551616'] },
} as const;
const WRAP: Record<Place['signal'], { convert: Convert; json: (record: string) => string; good: string }> = {
  traces: {
    convert: protobufFromTraceJson,
    json: (r) => `{"resourceSpans":[{"scopeSpans":[{"spans":[${r}]}]}]}`,
    good: span('"kind":1'),
  },
  logs: {
    convert: protobufFromLogsJson,
    json: (r) => `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${r}]}]}]}`,
    good: log('"flags":1'),
  },
  metrics: {
    convert: protobufFromMetricsJson,
    json: (r) => `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[${r}]}]}]}`,
    good: metric('gauge', '"asInt":1'),
  },
};

describe.each(PLACES)('$name, $type', ({ type, signal, json, read }) => {
  const { convert, json: request, good } = WRAP[signal];

  it.each([EDGES[type].fit].flat())('holds %s, as a number, as text and with an exponent', (number) => {
    const forms = [number, `"${number}"`, `"${number}.0"`, `"${number}0e-1"`, `${number}.0`];
    for (const form of forms) {
      const written = new WrittenRecords();
      const [record] = ours(signal, convert(parse(request(json(form))), written)).records;
      expect([written.refused, written.reason], form).toEqual([0, '']);
      const found = read(record as Record<string, unknown>);
      if (found !== undefined) expect(String(found), form).toBe(number);
    }
  });

  it.each([...EDGES[type].not, '1.5', '1e-1', '1e400', '-1e30', '123456789012345678901234567890', '0x10'])(
    'refuses %s alone',
    (number) => {
      for (const form of [number, `"${number}"`]) {
        if (form === '0x10') continue; // not JSON
        const written = new WrittenRecords();
        const bytes = convert(parse(request(`${good},${json(form)},${good}`)), written);
        expect([written.written, written.refused], form).toEqual([2, 1]);
        expect(written.reason).toMatch(/beyond the range of|not a (32|64)-bit integer/);
        expect(ours(signal, bytes).records).toHaveLength(2);
        // Where it is all there is, the request is refused.
        expect(() => convert(parse(request(json(form))), new WrittenRecords())).toThrow(written.reason.split(': ')[1]);
      }
    },
  );
});

it('refuses doubles that no double can hold, and text that is no number', () => {
  const { convert, json: request, good } = WRAP.metrics;
  for (const form of ['1e400', '"1e400"', '-1e400', '"0x10"', '" "', '"1,5"', 'true']) {
    const written = new WrittenRecords();
    convert(parse(request(`${good},${metric('gauge', `"asDouble":${form}`)}`)), written);
    expect([written.written, written.refused], form).toEqual([1, 1]);
  }
  for (const [form, expected] of [
    ['1e3', 1000],
    ['"-1.5E-3"', -0.0015],
    ['"NaN"', 'NaN'],
    ['1.7976931348623157e308', 1.7976931348623157e308],
  ] as const) {
    const [point] = ours('metrics', convert(parse(request(metric('gauge', `"asDouble":${form}`))))).records;
    expect(point).toMatchObject({ asDouble: expected });
  }
});

it('takes a bare time with an exponent for what it says', () => {
  const bytes = protobufFromTraceJson(
    parse(WRAP.traces.json(span('"startTimeUnixNano":1.7959e18,"endTimeUnixNano":1795900000000000001'))),
  );
  expect(ours('traces', bytes).records).toMatchObject([
    { startTimeUnixNano: '1795900000000000000', endTimeUnixNano: '1795900000000000001' },
  ]);
});

it('leaves out what a resource or a scope that cannot be read holds, and counts it', () => {
  const bad = '{"droppedAttributesCount":-1}';
  const written = new WrittenRecords();
  const spans = `"spans":[${span('"kind":1')},${span('"kind":1')}]`;
  const bytes = protobufFromTraceJson(
    parse(
      `{"resourceSpans":[{"resource":${bad},"scopeSpans":[{${spans}},{${spans}}]},{"scopeSpans":[{"scope":${bad},${spans}},{${spans}},5]}]}`,
    ),
    written,
  );
  expect([written.written, written.refused]).toEqual([2, 6]);
  expect(written.reason).toBe('resourceSpans[0].resource.droppedAttributesCount: beyond the range of uint32');
  expect(ours('traces', bytes).records).toHaveLength(2);
});
