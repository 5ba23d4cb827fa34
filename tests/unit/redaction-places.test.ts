/** Walks the schema of the export requests: a secret in any field that has a length must not reach what is stored. */
import { resolve } from 'node:path';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { WireWriter } from '../../core/otlp/wire-writer';
import { Redactor } from '../../core/redaction/redactor';
import { DEFAULT_REDACTION } from '../../core/redaction/rules';

const SECRET = `sk-proj-${'a1B2'.repeat(9)}`;
const root = protobuf.loadSync(resolve(import.meta.dirname, '../fuzz/otlp.proto'));
const DIGEST = new Uint8Array(16);
/** Their length is checked: a secret does not fit. */
const IDS = new Set(['traceId', 'spanId', 'parentSpanId']);
const DECODERS = {
  traces: (bytes: Uint8Array) => decodeTraces(bytes).batch,
  logs: (bytes: Uint8Array) => decodeLogs(bytes, DIGEST, 0n).batch,
  metrics: (bytes: Uint8Array) => decodeMetrics(bytes, DIGEST).batch,
};
type Signal = keyof typeof DECODERS;
type Path = readonly protobuf.Field[];

/** Ways from a message to its texts, through each message once, and into values of attributes twice. */
function pathsOf(type: protobuf.Type, way: Path = []): Path[] {
  return type.fieldsArray.flatMap((field): Path[] => {
    field.resolve();
    const path = [...way, field];
    if (field.type === 'string') return [path];
    if (field.type === 'bytes') return IDS.has(field.name) ? [] : [path];
    const seen = way.filter(({ resolvedType }) => resolvedType === field.resolvedType).length;
    return field.resolvedType instanceof protobuf.Type && seen < 2 ? pathsOf(field.resolvedType, path) : [];
  });
}

/** What makes a record acceptable. */
function needsOf(type: string): Record<string, unknown> {
  if (type === 'Span') {
    return {
      traceId: new Uint8Array(16).fill(1),
      spanId: new Uint8Array(8).fill(1),
      startTimeUnixNano: 1,
      endTimeUnixNano: 2,
    };
  }
  if (type === 'Link') return { traceId: new Uint8Array(16).fill(1), spanId: new Uint8Array(8).fill(1) };
  return type === 'Metric' ? { gauge: { dataPoints: [{ asDouble: 1 }] } } : {};
}

const record: Readonly<Record<Signal, object>> = {
  traces: { spans: [needsOf('Span')] },
  logs: { logRecords: [{}] },
  metrics: { metrics: [needsOf('Metric')] },
};

function messageWith([field, ...rest]: Path, signal: Signal): Record<string, unknown> {
  if (!field) return {};
  const inner: Record<string, unknown> | string | Uint8Array =
    field.type === 'string'
      ? SECRET
      : field.type === 'bytes'
        ? new TextEncoder().encode(SECRET)
        : { ...needsOf(field.type), ...messageWith(rest, signal) };
  const isData = ['sum', 'histogram', 'exponentialHistogram', 'summary'].includes(field.name);
  const more =
    field.parent?.name.startsWith('Resource') && field.name !== `scope${field.parent.name.slice(8)}`
      ? { [`scope${field.parent.name.slice(8)}`]: [record[signal]] }
      : {};
  const alike = field.parent?.name.startsWith('Scope') && !field.repeated ? record[signal] : {};
  const value = { ...more, ...alike, [field.name]: field.repeated ? [inner] : inner };
  return isData ? { ...value, gauge: undefined } : value;
}

function storedText(batch: object): string {
  const parts: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string') parts.push(value);
    else if (value instanceof Uint8Array) parts.push(Buffer.from(value).toString('latin1'));
    else if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))
      Object.values(value).forEach(walk);
  };
  walk(batch);
  return parts.join('\n');
}

function afterRedaction(signal: Signal, request: Uint8Array): { text: string; counts: object } {
  const redactor = new Redactor(DEFAULT_REDACTION);
  const batch = DECODERS[signal](request);
  const kept = redactor.suspects(batch) ? DECODERS[signal](redactor.redact(signal, request)) : batch;
  return { text: storedText(kept), counts: Object.fromEntries(redactor.counts) };
}

describe.each([
  ['traces', 'otlp.TracesData'],
  ['logs', 'otlp.LogsData'],
  ['metrics', 'otlp.MetricsData'],
] as const)('redaction of %s', (signal, name) => {
  const type = root.lookupType(name);
  const paths = pathsOf(type);
  it.each(paths.map((path) => [path.map(({ name: part }) => part).join('.'), path] as const))(
    'reaches %s',
    (_, path) => {
      const request = type.encode(type.fromObject(messageWith(path, signal))).finish();
      expect(Buffer.from(request).toString('latin1')).toContain(SECRET);
      expect(afterRedaction(signal, request).text).not.toContain(SECRET);
    },
  );
});

describe('redaction of what no schema knows', () => {
  const span = (more: (out: WireWriter) => void): Uint8Array => {
    const out = new WireWriter();
    out.message(1, (resource) =>
      resource.message(2, (scope) =>
        scope.message(2, (one) => {
          one.data(1, new Uint8Array(16).fill(1));
          one.data(2, new Uint8Array(8).fill(1));
          more(one);
        }),
      ),
    );
    return out.finish();
  };
  it('takes out fields of newer senders that hold a secret, as text and in messages', () => {
    expect(
      afterRedaction(
        'traces',
        span((one) => one.string(99, SECRET)),
      ).text,
    ).not.toContain(SECRET);
    const nested = span((one) => one.message(99, (inner) => inner.string(4, SECRET)));
    expect(afterRedaction('traces', nested).text).not.toContain(SECRET);
    expect(
      afterRedaction(
        'traces',
        span((one) => one.string(99, 'plain')),
      ).text,
    ).toContain('plain');
  });
  it('takes out the value of a secret key that stands behind it', () => {
    for (const key of ['password', `${'k'.repeat(200)}.password`]) {
      const turned = span((one) =>
        one.message(9, (pair) => {
          pair.message(2, (value) => value.string(1, 'hunter22'));
          pair.string(1, key);
        }),
      );
      expect(afterRedaction('traces', turned).text).not.toContain('hunter22');
    }
  });
});
