/** A second decoder, protobufjs, and our own decoders' results in its terms. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { hexFromBytes } from '../../core/model/ids';
import { LOG_HAS_TIME, LOG_MESSAGE_IS_BODY, LOG_SEVERITY_FROM_TEXT, NO_TRACE } from '../../core/model/log-batch';
import { NUMBER_DOUBLE, NUMBER_INT } from '../../core/model/metric-batch';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { readPointFields } from '../../core/otlp/metric-point';
import {
  decodeLogBody,
  decodeResource,
  decodeScope,
  decodeSpanBody,
  doubleJson,
  readKeyValue,
} from '../../core/otlp/proto-to-json';
import { WireReader } from '../../core/otlp/wire-reader';
import { messageOf } from '../fixtures/traces';

const { root } = protobuf.parse(readFileSync(join('tests', 'fuzz', 'otlp.proto'), 'utf8'), { keepCase: false });

export const SIGNAL_NAMES = ['traces', 'logs', 'metrics'] as const;
export type SignalName = (typeof SIGNAL_NAMES)[number];
export const ORACLES: Readonly<Record<SignalName, protobuf.Type>> = {
  traces: root.lookupType('otlp.TracesData'),
  logs: root.lookupType('otlp.LogsData'),
  metrics: root.lookupType('otlp.MetricsData'),
};

const DIGEST = new Uint8Array(16);
const NOW = 1_700_000_000_000_000_000n;

export interface View {
  /** One entry a record that both decoders keep. */
  readonly records: readonly object[];
  readonly rejected: number;
}

/** What our decoder makes of a request. @throws WireError */
export function ours(signal: SignalName, bytes: Uint8Array): View {
  if (signal === 'traces') return ourSpans(bytes);
  return signal === 'logs' ? ourLogs(bytes) : ourPoints(bytes);
}

function ourSpans(bytes: Uint8Array): View {
  const { batch, rejected } = decodeTraces(bytes);
  const records = Array.from({ length: batch.length }, (_, row) => {
    const { status, ...body } = decodeSpanBody(messageOf(batch.parts, row, 9));
    const operation = batch.operations[batch.operation[row] as number];
    return {
      ...body,
      status,
      name: body.name ?? operation?.name,
      kind: operation?.kind,
      traceId: hexFromBytes(batch.traceId, (batch.trace[row] as number) * 16, 16),
      spanId: hexFromBytes(batch.spanId, row * 8, 8),
      parentSpanId: hexFromBytes(batch.parentSpanId, row * 8, 8).replace(/^0{16}$/, ''),
      startTimeUnixNano: String(batch.startNs[row]),
      endTimeUnixNano: String(batch.endNs[row]),
      resource: decodeResource(batch.resources[batch.resource[row] as number]?.message as Uint8Array),
      scope: decodeScope(batch.scopes[batch.scope[row] as number]?.message as Uint8Array),
    };
  });
  return { records, rejected };
}

function ourLogs(bytes: Uint8Array): View {
  const { batch, rejected } = decodeLogs(bytes, DIGEST, NOW);
  const records = Array.from({ length: batch.length }, (_, row) => {
    const body = decodeLogBody(messageOf(batch.parts, row, 6));
    const flags = batch.flags[row] as number;
    const message = batch.message.subarray(row === 0 ? 0 : batch.messageEnd[row - 1], batch.messageEnd[row]);
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(message);
    const trace = batch.trace[row] as number;
    return {
      ...body,
      body: flags & LOG_MESSAGE_IS_BODY ? { stringValue: text } : body.body,
      severityNumber: body.severityNumber ?? (flags & LOG_SEVERITY_FROM_TEXT ? 0 : batch.severity[row]),
      eventName: body.eventName ?? batch.eventNames[batch.eventName[row] as number],
      timeUnixNano: flags & LOG_HAS_TIME ? String(batch.timeNs[row]) : '0',
      observedTimeUnixNano: String(batch.observedNs[row]),
      traceId: trace === NO_TRACE ? '' : hexFromBytes(batch.traceId, trace * 16, 16),
      spanId: hexFromBytes(batch.spanId, row * 8, 8).replace(/^0{16}$/, ''),
    };
  });
  return { records, rejected };
}

function ourPoints(bytes: Uint8Array): View {
  const { batch, rejected } = decodeMetrics(bytes, DIGEST);
  const records = Array.from({ length: batch.length }, (_, i) => {
    const series = batch.series[i] as number;
    const metric = batch.metrics[batch.seriesMetric[series] as number];
    const rest = batch.rest.subarray(i === 0 ? 0 : batch.restEnd[i - 1], batch.restEnd[i]);
    const attributes = batch.attributes.subarray(
      series === 0 ? 0 : batch.attributesEnd[series - 1],
      batch.attributesEnd[series],
    );
    return {
      name: metric?.name,
      kind: metric?.kind,
      temporality: metric?.temporality,
      monotonic: metric?.monotonic,
      metadata: keyValues(metric?.metadata as Uint8Array),
      attributes: keyValues(attributes),
      startTimeUnixNano: String(batch.startNs[i]),
      timeUnixNano: String(batch.timeNs[i]),
      ...(batch.numberKind[i] === NUMBER_INT ? { asInt: String(batch.int[i]) } : {}),
      ...(batch.numberKind[i] === NUMBER_DOUBLE ? { asDouble: doubleJson(batch.double[i] as number) } : {}),
      ...readPointFields(metric?.kind as 'gauge', new WireReader(rest)),
    };
  });
  return { records, rejected };
}

function keyValues(bytes: Uint8Array): object[] {
  const all: object[] = [];
  const reader = new WireReader(bytes);
  while (reader.next()) all.push(readKeyValue(reader.message()));
  return all;
}
