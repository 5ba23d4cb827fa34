import { describe, expect, it } from 'vitest';
import { parseExactJson as parseBytes } from '../../core/otlp/exact-json';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
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

  it('with a broken trace id are left out alone', () => {
    const view = ours('logs', logs('{"traceId":"abcd"},{"body":{"stringValue":"kept"}}'));
    expect([view.rejected, view.records]).toEqual([1, [expect.objectContaining({ body: { stringValue: 'kept' } })]]);
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

  it('name the place of what they cannot read', () => {
    expect(() => metrics('{"name":"n","histogram":{"dataPoints":[{"bucketCounts":["x"]}]}}')).toThrow(
      'resourceMetrics[0].scopeMetrics[0].metrics[0].histogram.dataPoints[0].bucketCounts[0]',
    );
  });
});
