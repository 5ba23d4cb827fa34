import { describe, expect, it } from 'vitest';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { parseExactJson as parseBytes } from '../../core/otlp/exact-json';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { WireError } from '../../core/otlp/wire-reader';
import { ours } from '../fuzz/oracle';

const parseExactJson = (text: string): unknown => parseBytes(new TextEncoder().encode(text));

const logs = (record: object | string) =>
  protobufFromLogsJson(
    parseExactJson(
      `{"resource_logs":[{"scope_logs":[{"log_records":[${typeof record === 'string' ? record : JSON.stringify(record)}]}]}]}`,
    ),
  );
const metrics = (metric: string) =>
  protobufFromMetricsJson(parseExactJson(`{"resourceMetrics":[{"scopeMetrics":[{"metrics":[${metric}]}]}]}`));
const onlyLog = (record: object | string) => ours('logs', logs(record)).records[0];

describe('log records', () => {
  it('take what sloppy senders write', () => {
    expect(
      onlyLog(
        '{"time_unix_nano":1700000000000000001,"severity_number":"SEVERITY_NUMBER_ERROR2","body":null,"trace_id":"","span_id":"ABCDEFABCDEFABCD","event_name":"e"}',
      ),
    ).toMatchObject({
      timeUnixNano: '1700000000000000001',
      severityNumber: 18,
      body: {},
      traceId: '',
      spanId: 'abcdefabcdefabcd',
      eventName: 'e',
    });
  });

  it('keep bodies of every kind, and text that no column holds as it is', () => {
    for (const body of [
      { stringValue: '' },
      { stringValue: 'x'.repeat(5_000) },
      { stringValue: 'nul\0nul' },
      { stringValue: `${'a'.repeat(340)}🦊🦊` },
      { intValue: '9223372036854775807' },
      { kvlistValue: { values: [{ key: 'k', value: { arrayValue: { values: [{ boolValue: true }] } } }] } },
      { bytesValue: 'AAEC' },
      {},
    ]) {
      expect(onlyLog({ body })).toMatchObject({ body });
    }
  });

  it('are kept without ids that are none, whatever is wrong with them', () => {
    const trace = 'af6446cde3775e07dc9c2904036c667d';
    const span = '6c9a0ccb476e1ffa';
    const cases: readonly [record: object, ids: object, isTold: boolean][] = [
      [{ traceId: 'cgXI6uihz643E6Zqq7Nl4w==' }, { traceId: '7205c8eae8a1cfae3713a66aabb365e3', spanId: '' }, false],
      [{ traceId: 'cgXI6uihz643E6Zqq7Nl' }, { traceId: '', spanId: '' }, true],
      [{ traceId: '7863caa9b359c53e', spanId: span }, { traceId: '', spanId: span }, true],
      [{ traceId: 'af6446cd-e377-5e07-dc9c-2904036c667d' }, { traceId: trace, spanId: '' }, false],
      [{ traceId: trace, spanId: '12' }, { traceId: trace, spanId: '' }, true],
      [{ traceId: trace, spanId: trace }, { traceId: trace, spanId: '' }, true],
      [{ traceId: 'f'.repeat(5_000), spanId: 'none' }, { traceId: '', spanId: '' }, true],
      [{ traceId: '0', spanId: '0' }, { traceId: '', spanId: '' }, false],
      [{ traceId: '0'.repeat(32), spanId: '' }, { traceId: '', spanId: '' }, false],
      [{ traceId: trace, spanId: span }, { traceId: trace, spanId: span }, false],
    ];
    for (const [record, ids, isTold] of cases) {
      const request = logs({ body: { stringValue: 'kept' }, ...record });
      expect(ours('logs', request)).toMatchObject({
        rejected: 0,
        records: [{ body: { stringValue: 'kept' }, ...ids }],
      });
      expect(decodeLogs(request, new Uint8Array(16), 1n).notice !== '', JSON.stringify(record)).toBe(isTold);
    }
  });
});

describe('metrics', () => {
  it('keep every digit and sign', () => {
    const request = metrics(
      `{"name":"n","sum":{"aggregation_temporality":"AGGREGATION_TEMPORALITY_DELTA","is_monotonic":true,"data_points":[
        {"asInt":9007199254740993},{"as_int":"-9223372036854775808"},{"asDouble":"NaN"},{"asDouble":-0.5}]}}`,
    );
    expect(ours('metrics', request).records).toMatchObject([
      { asInt: '9007199254740993', temporality: 1, monotonic: true },
      { asInt: '-9223372036854775808' },
      { asDouble: 'NaN' },
      { asDouble: -0.5 },
    ]);
  });

  it('are of the last kind that a request gives, and must be readable in all', () => {
    const kind = (field: number, ...data: number[]): number[] => [(field << 3) | 2, data.length, ...data];
    const metric = (...data: number[]) =>
      Uint8Array.from([10, data.length + 4, 18, data.length + 2, 18, data.length, ...data]);
    const number = kind(1, 0x31, 7, 0, 0, 0, 0, 0, 0, 0);
    const sum = kind(7, ...number, 0x10, 2, 0x18, 1);
    // A delta sum that a gauge replaces, and a sum again: neither its points nor what else it said are left.
    const view = ours('metrics', metric(...sum, ...kind(5, ...number), ...kind(7, ...number, 0x10, 1)));
    expect(view.records).toEqual([expect.objectContaining({ kind: 'sum', temporality: 1, monotonic: false })]);
    expect(ours('metrics', metric(...sum, ...kind(9, ...kind(1)))).records).toEqual([
      expect.objectContaining({ kind: 'histogram', temporality: 0, monotonic: false }),
    ]);
    // Six bytes are no bucket counts of eight.
    const broken = kind(9, ...kind(1, ...kind(6, 1, 2, 3, 4, 5, 6)));
    expect(() => ours('metrics', metric(...broken, ...kind(5)))).toThrow(WireError);
    expect(() => ours('metrics', metric(...kind(5), ...broken))).toThrow(WireError);
  });

  it('name the place of what they cannot read', () => {
    expect(() => metrics('{"name":"n","histogram":{"dataPoints":[{"bucketCounts":["x"]}]}}')).toThrow(
      'resourceMetrics[0].scopeMetrics[0].metrics[0].histogram.dataPoints[0].bucketCounts[0]',
    );
  });
});
