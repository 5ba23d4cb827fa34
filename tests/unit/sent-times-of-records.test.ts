/** Times of log records and data points that cannot be true: they are placed where they were observed, or arrived. */
import { describe, expect, it } from 'vitest';
import { rfc3339FromNs } from '../../core/model/time';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { keptTime } from '../../core/otlp/sent-times';
import { doubtOfLogTime } from '../../renderer/ui/log-time';
import { messageOf, T0 } from '../fixtures/traces';

const NOW = T0 + 3_600_000_000_000n;
const DIGEST = new Uint8Array(16);
const IMPOSSIBLE: readonly [what: string, ns: bigint][] = [
  ['seconds', T0 / 1_000_000_000n],
  ['milliseconds', T0 / 1_000_000n],
  ['microseconds', T0 / 1_000n],
  ['the year 2100', 4_102_444_800_000_000_000n],
  ['beyond what a column holds', 2n ** 63n + 5n],
];

function log(timeNs: bigint, observedNs: bigint) {
  const record = {
    timeUnixNano: timeNs.toString(),
    observedTimeUnixNano: observedNs.toString(),
    body: { stringValue: 'said' },
  };
  const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] };
  const { batch, rejected } = decodeLogs(protobufFromLogsJson(request), DIGEST, NOW, true);
  const message = messageOf(batch.parts, 0, 6);
  return {
    rejected,
    placed: batch.timeNs[0],
    time: keptTime(message, 1) ?? (batch.flags[0] === 0 ? 0n : null),
    observed: keptTime(message, 11) ?? batch.observedNs[0],
  };
}

describe('log records', () => {
  it.each(IMPOSSIBLE)('with a time in or of %s stand where they were observed, else where they arrived', (_, ns) => {
    expect(log(ns, T0)).toEqual({ rejected: 0, placed: T0, time: ns, observed: T0 });
    expect(log(ns, 0n)).toEqual({ rejected: 0, placed: NOW, time: ns, observed: 0n });
    expect(log(ns, ns)).toEqual({ rejected: 0, placed: NOW, time: ns, observed: ns });
    expect(log(0n, ns)).toMatchObject({ rejected: 0, placed: NOW, observed: ns });
  });

  it('without a time stand where they were observed, and with one at that', () => {
    expect(log(0n, T0).placed).toBe(T0);
    expect(log(0n, 0n).placed).toBe(NOW);
    expect(log(T0 + 7n, T0)).toMatchObject({ placed: T0 + 7n, observed: T0 });
  });

  it('say where they do not stand at the time that was sent', () => {
    const record = (time: bigint, sent: bigint, observed: bigint) =>
      doubtOfLogTime({
        time: rfc3339FromNs(time),
        timeUnixNano: sent.toString(),
        observedTimeUnixNano: observed.toString(),
      });
    expect(record(T0, T0, NOW)).toBeNull();
    expect(record(T0, 0n, T0)).toBeNull();
    expect(record(NOW, 0n, 0n)).toContain('Time unknown');
    expect(record(T0, 17n, T0)).toContain('its sender wrote 17');
    expect(record(NOW, 2n ** 63n + 5n, 0n)).toContain('9223372036854775813');
  });
});

describe('data points', () => {
  const point = (timeNs: bigint, startNs: bigint) => {
    const dataPoints = [{ timeUnixNano: timeNs.toString(), startTimeUnixNano: startNs.toString(), asInt: '1' }];
    const request = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints } }] }] }] };
    const { batch, rejected } = decodeMetrics(protobufFromMetricsJson(request), DIGEST, NOW);
    const rest = batch.rest.subarray(0, batch.restEnd[0]);
    return {
      rejected,
      placed: batch.timeNs[0],
      time: keptTime(rest, 3) ?? batch.timeNs[0],
      start: keptTime(rest, 2) ?? batch.startNs[0],
    };
  };

  it.each(IMPOSSIBLE)('with a time in or of %s stand where they arrived', (_, ns) => {
    expect(point(ns, T0)).toEqual({ rejected: 0, placed: NOW, time: ns, start: T0 });
    expect(point(T0, ns)).toEqual({ rejected: 0, placed: T0, time: T0, start: ns });
  });

  it('without a time stand where they arrived, and with one at that', () => {
    expect(point(0n, 0n)).toMatchObject({ placed: NOW, start: 0n });
    expect(point(T0 + 7n, T0)).toEqual({ rejected: 0, placed: T0 + 7n, time: T0 + 7n, start: T0 });
  });
});
