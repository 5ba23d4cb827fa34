/** Spans as they were sent, from a batch that arrives and from what is stored, and as a request again. */
import { hexFromBytes, SPAN_ID_BYTES, TRACE_ID_BYTES } from '../../model/ids';
import { PART_REST } from '../../model/record-parts';
import type { SpanBatch } from '../../model/span-batch';
import { decodeScope, decodeSpanBody } from '../../otlp/proto-to-json';
import { readSentTimes } from '../../otlp/sent-times';
import { WireWriter } from '../../otlp/wire-writer';
import { writeSpanFields } from '../../otlp/write-span';
import { startOf } from '../dictionary/part-ids';
import { SPAN_ATTRIBUTES } from '../payloads/part-reader';
import type { Owner, SpanVersion } from './arrange-sides';

/** A row of a batch. */
export interface ArrivedRow {
  readonly batch: SpanBatch;
  readonly row: number;
}

export interface ArrivedVersion extends SpanVersion {
  readonly arrived: ArrivedRow;
}

/** As what a span is stored. */
export interface PlacedVersion {
  readonly version: SpanVersion;
  readonly spanId: bigint;
  readonly parentId: bigint | null;
}

/** Zipkin has spans of several instances, and of caller and called, under one id. */
const ZIPKIN_SCOPE = 'zipkin';
const INSTANCE_KEYS: readonly string[] = ['network.local.address', 'network.local.port'];
const SHARED_KEY = 'zipkin.shared';

export function arrivedVersion(arrived: ArrivedRow): ArrivedVersion {
  const { batch, row } = arrived;
  const at = row * SPAN_ID_BYTES;
  const sentId = new DataView(batch.spanId.buffer, batch.spanId.byteOffset).getBigInt64(at);
  const parentId = new DataView(batch.parentSpanId.buffer, batch.parentSpanId.byteOffset).getBigInt64(at);
  const operation = batch.operations[batch.operation[row] as number];
  const resource = batch.resources[batch.resource[row] as number];
  const scope = batch.scopes[batch.scope[row] as number];
  if (!operation || !resource || !scope) throw new Error('a row of a batch has no owner');
  const message = messageOf(batch, row);
  return {
    traceId: hexFromBytes(batch.traceId, (batch.trace[row] as number) * TRACE_ID_BYTES, TRACE_ID_BYTES),
    sentId,
    sentParentId: parentId === 0n ? null : parentId,
    service: operation.serviceName,
    kind: operation.kind,
    name: operation.name,
    startNs: batch.startNs[row] as bigint,
    endNs: batch.endNs[row] as bigint,
    status: batch.status[row] as number,
    message,
    ...sentTimes(message, batch.startNs[row] as bigint, batch.endNs[row] as bigint),
    ...saidBesides(scope, message),
    resource,
    scope,
    arrived,
  };
}

export function sentTimes(
  message: Uint8Array,
  startNs: bigint,
  endNs: bigint,
): Pick<SpanVersion, 'sentStartNs' | 'sentEndNs'> {
  const sent = readSentTimes(message);
  return { sentStartNs: sent?.startNs ?? startNs, sentEndNs: sent?.endNs ?? endNs };
}

export function saidBesides(scope: Owner, message: Uint8Array): Pick<SpanVersion, 'instance' | 'isShared'> {
  if (decodeScope(scope.message).name !== ZIPKIN_SCOPE) return { instance: '', isShared: false };
  const { attributes } = decodeSpanBody(message);
  const instance = attributes.flatMap(({ key, value }) => {
    return INSTANCE_KEYS.includes(key) ? [Object.values(value).join()] : [];
  });
  const isShared = attributes.some(({ key, value }) => key === SHARED_KEY && 'boolValue' in value && value.boolValue);
  return { instance: instance.join(' '), isShared };
}

function messageOf({ parts }: SpanBatch, row: number): Uint8Array {
  const writer = new WireWriter(256);
  const last = parts.partEnd[row] as number;
  for (let i = row === 0 ? 0 : (parts.partEnd[row - 1] as number); i < last; i++) {
    const part = parts.part[i] as number;
    const bytes = parts.bytes.subarray(startOf(parts, part), parts.end[part]);
    if (parts.kind[part] === PART_REST) writer.raw(bytes);
    else writer.data(SPAN_ATTRIBUTES, bytes);
  }
  return writer.finish();
}

/** As an export request. @returns the spans in the order of the request, too */
export function requestOf(spans: readonly PlacedVersion[]): {
  readonly request: Uint8Array;
  readonly ordered: readonly PlacedVersion[];
} {
  const byOwners = new Map<Owner, Map<Owner, PlacedVersion[]>>();
  for (const span of spans) {
    const { resource, scope } = span.version;
    const byScope = byOwners.get(resource) ?? new Map<Owner, PlacedVersion[]>();
    const inScope = byScope.get(scope) ?? [];
    inScope.push(span);
    byScope.set(scope, inScope);
    byOwners.set(resource, byScope);
  }
  const ordered: PlacedVersion[] = [];
  const writer = new WireWriter(spans.length * 400 + 64);
  for (const [resource, byScope] of byOwners) {
    writer.message(1, (resourceSpans) => {
      resourceSpans.data(1, resource.message);
      for (const [scope, inScope] of byScope) {
        resourceSpans.message(2, (scopeSpans) => {
          scopeSpans.data(1, scope.message);
          for (const placed of inScope) scopeSpans.message(2, (span) => writeVersion(span, placed));
          if (scope.schemaUrl !== '') scopeSpans.string(3, scope.schemaUrl);
        });
        ordered.push(...inScope);
      }
      if (resource.schemaUrl !== '') resourceSpans.string(3, resource.schemaUrl);
    });
  }
  return { request: writer.finish(), ordered };
}

function writeVersion(span: WireWriter, { version, spanId, parentId }: PlacedVersion): void {
  const { traceId, startNs, endNs } = version;
  const row = { traceId, spanId, parentSpanId: parentId ?? 0n, startNs, durationNs: endNs - startNs };
  writeSpanFields(span, row, version, version.message);
}
