/** The three signals that are stored: where they come in, how they are read, and what their answers call a record left out. */
import { createHash } from 'node:crypto';
import { otlpFromTempo } from '../../core/formats/tempo/from-json';
import { SpoorError } from '../../core/model/errors';
import type { SignalBatch } from '../../core/model/signal-batch';
import { nsFromMs } from '../../core/model/time';
import { DecodeBudget } from '../../core/otlp/decode-budget';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { REQUEST_SHAPES, withoutDeepValues } from '../../core/otlp/deep-values';
import type { RejectedField } from '../../core/otlp/export-response';
import type { WrittenRecords } from '../../core/otlp/json-envelope';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { type ResourceAttribute, withResourceAttribute } from '../../core/otlp/resource-attribute';
import { piecesOf } from '../../core/otlp/split-request';
import { NestingError, WireError } from '../../core/otlp/wire-reader';

export interface Decoded {
  readonly batch: SignalBatch;
  /** What decoding charged, in bytes (core/otlp/decode-budget.ts). */
  readonly cost: number;
  readonly rejected: number;
  readonly rejectedReason: string;
  /** What the sender should know of records that are kept; empty: nothing. */
  readonly notice: string;
  /** What it looks like, where nothing of it was understood. */
  readonly notUnderstood?: string;
}

export interface Signal {
  readonly name: 'traces' | 'logs' | 'metrics';
  readonly httpPath: string;
  readonly grpcPath: string;
  /** Name of the outermost list in JSON. */
  readonly jsonList: string;
  readonly rejectedField: RejectedField;
  /** @param written counts the records, and those that cannot be read; null: the first of these ends it @throws JsonShapeError */
  readonly fromJson: (request: unknown, written?: WrittenRecords | null) => Uint8Array;
  /** @param attribute of every resource, whatever the sender says @throws WireError, SpoorError PAYLOAD_TOO_LARGE */
  readonly decode: (request: Uint8Array, attribute?: ResourceAttribute | null) => Decoded;
}

/** Of a request of which nobody says what it is. */
const HEAD_BYTES = 512 * 1024;

const grpcPath = (signal: string, service: string): string =>
  `/opentelemetry.proto.collector.${signal}.v1.${service}/Export`;

export const TRACES: Signal = {
  name: 'traces',
  httpPath: '/v1/traces',
  grpcPath: grpcPath('trace', 'TraceService'),
  jsonList: 'resourceSpans',
  rejectedField: 'rejectedSpans',
  fromJson: (request, written) => protobufFromTraceJson(otlpFromTempo(request) ?? request, written),
  decode: (request, attribute) =>
    keepingDeepValues('traces', request, (bytes) =>
      decodeTraces(bytes, attribute, new DecodeBudget(), nsFromMs(Date.now())),
    ),
};

export const SIGNALS: readonly Signal[] = [
  TRACES,
  {
    name: 'logs',
    httpPath: '/v1/logs',
    grpcPath: grpcPath('logs', 'LogsService'),
    jsonList: 'resourceLogs',
    rejectedField: 'rejectedLogRecords',
    fromJson: protobufFromLogsJson,
    decode(request, attribute) {
      const whole = attribute ? withResourceAttribute(request, attribute) : request;
      const digest = digestOf(whole);
      return keepingDeepValues('logs', whole, (bytes) => decodeLogs(bytes, digest, nsFromMs(Date.now()), true));
    },
  },
  {
    name: 'metrics',
    httpPath: '/v1/metrics',
    grpcPath: grpcPath('metrics', 'MetricsService'),
    jsonList: 'resourceMetrics',
    rejectedField: 'rejectedDataPoints',
    fromJson: protobufFromMetricsJson,
    decode(request, attribute) {
      const whole = attribute ? withResourceAttribute(request, attribute) : request;
      const digest = digestOf(whole);
      return keepingDeepValues('metrics', whole, (bytes) => decodeMetrics(bytes, digest, nsFromMs(Date.now())));
    },
  },
];

export function signalNamed(name: Signal['name']): Signal {
  return SIGNALS.find((signal) => signal.name === name) ?? TRACES;
}

/** Values nested too deep become texts: a second look, which only requests that have some need. */
export function keepingDeepValues<T>(signal: Signal['name'], request: Uint8Array, decode: (bytes: Uint8Array) => T): T {
  try {
    return decode(request);
  } catch (error) {
    if (!(error instanceof NestingError)) throw error;
    return decode(withoutDeepValues(request, REQUEST_SHAPES[signal]));
  }
}

/** Half of SHA-256 is unique enough, and half the key. */
function digestOf(request: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(request).digest().subarray(0, 16));
}

/**
 * The signal of a protobuf request that came without saying (`POST /`, where an exporter's endpoint has no path). The three look
 * alike on the outside, but the fields of their records have different types: the one that reads it without complaint is it.
 * @throws SpoorError PAYLOAD_TOO_LARGE
 */
export function signalOfProtobuf(request: Uint8Array): Signal {
  const head = headOf(request);
  return signalThatReads(head) ?? (head.length < request.length ? signalThatReads(request) : null) ?? TRACES;
}

/** As much as tells it, of requests of any size. */
function headOf(request: Uint8Array): Uint8Array {
  try {
    return piecesOf(request, HEAD_BYTES).next().value ?? request;
  } catch (error) {
    if (error instanceof WireError) return request;
    throw error;
  }
}

function signalThatReads(request: Uint8Array): Signal | null {
  const fits = SIGNALS.find((signal) => {
    try {
      const { batch, rejected } = signal.decode(request);
      return batch.length > 0 && rejected === 0;
    } catch (error) {
      if (error instanceof SpoorError) throw error; // too large, whatever it is
      return false;
    }
  });
  return fits ?? null;
}

/** The same for JSON, where the outermost list has the signal's name. */
export function signalOfJson(request: unknown): Signal {
  const has = (name: string): boolean =>
    typeof request === 'object' && request !== null && Object.hasOwn(request, name);
  return SIGNALS.find(({ jsonList }) => has(jsonList) || has(snakeCase(jsonList))) ?? TRACES;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
