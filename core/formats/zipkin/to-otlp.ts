/**
 * Zipkin spans as an OTLP trace request, so that they go the way of all others. After the mapping of the OpenTelemetry
 * specification (trace/sdk_exporters/zipkin.md), read backwards; endpoints become the attributes of the semantic conventions.
 *
 * Zipkin lets a server record its side under the span id of the client, and several receivers of one message do. Ids and parents are
 * passed on as they came: the store keeps such spans apart, whichever of them comes first (core/store/ingest/arrange-sides.ts).
 */
import { bytesFromHex } from '../../model/ids';
import { WireWriter } from '../../otlp/wire-writer';
import type { ZipkinEndpoint, ZipkinKind, ZipkinSpan } from './span';

const KIND_NUMBERS: Readonly<Record<ZipkinKind, number>> = { SERVER: 2, CLIENT: 3, PRODUCER: 4, CONSUMER: 5 };
const KIND_INTERNAL = 1;
const MAX_UINT64 = 2n ** 64n - 1n;
export const SCOPE_NAME = 'zipkin';
/** The OpenTelemetry Collector's name for the same. */
export const ABSENT_START = 'otel.zipkin.absentField.startTime';
export const ABSENT_DURATION = 'otel.zipkin.absentField.duration';
export const DEBUG = 'zipkin.debug';
export const SHARED = 'zipkin.shared';

/** @param nowNs for spans whose trace says no time at all, epoch nanoseconds */
export function protobufFromZipkin(spans: readonly ZipkinSpan[], nowNs: bigint): Uint8Array {
  const starts = traceStarts(spans);
  const byService = new Map<string, ZipkinSpan[]>();
  for (const span of spans) {
    const known = byService.get(span.localEndpoint.serviceName);
    if (known) known.push(span);
    else byService.set(span.localEndpoint.serviceName, [span]);
  }
  const out = new WireWriter(spans.length * 300);
  for (const [serviceName, group] of byService) {
    out.message(1, (resourceSpans) => {
      resourceSpans.message(1, (resource) => attribute(resource, 1, 'service.name', serviceName));
      resourceSpans.message(2, (scopeSpans) => {
        scopeSpans.message(1, (scope) => scope.string(1, SCOPE_NAME));
        for (const span of group) {
          const traceStart = starts.get(span.traceId) ?? nowNs / 1_000n;
          scopeSpans.message(2, (message) => writeSpan(message, span, traceStart));
        }
      });
    });
  }
  return out.finish();
}

/** The first moment that any span of a trace names, in microseconds. */
function traceStarts(spans: readonly ZipkinSpan[]): Map<string, bigint> {
  const starts = new Map<string, bigint>();
  for (const { traceId, timestamp, annotations } of spans) {
    for (const time of [timestamp, ...annotations.map((annotation) => annotation.timestamp)]) {
      const known = starts.get(traceId);
      if (time !== null && time > 0n && (known === undefined || time < known)) starts.set(traceId, time);
    }
  }
  return starts;
}

function writeSpan(out: WireWriter, span: ZipkinSpan, traceStart: bigint): void {
  const first = span.annotations.reduce<bigint | null>(
    (least, { timestamp }) => (timestamp > 0n && (least === null || timestamp < least) ? timestamp : least),
    null,
  );
  const start = span.timestamp ?? first ?? traceStart;
  out.data(1, hexBytes(span.traceId.padStart(32, '0')));
  out.data(2, hexBytes(span.id));
  // A span that names itself has no parent.
  if (span.parentId !== null && span.parentId !== span.id) out.data(4, hexBytes(span.parentId));
  out.string(5, span.name);
  out.varint(6, span.kind ? KIND_NUMBERS[span.kind] : KIND_INTERNAL);
  out.fixed64(7, nanoseconds(start));
  // Without a duration it is not known when it ended, as of a span that has not.
  out.fixed64(8, span.duration === null ? 0n : nanoseconds(start + span.duration));
  for (const [key, value] of span.tags) attribute(out, 9, key, value);
  writeEndpoint(out, 'local', span.localEndpoint);
  writeEndpoint(out, 'peer', span.remoteEndpoint);
  if (span.remoteEndpoint.serviceName !== '') attribute(out, 9, 'peer.service', span.remoteEndpoint.serviceName);
  if (span.timestamp === null) attribute(out, 9, ABSENT_START, true);
  if (span.duration === null) attribute(out, 9, ABSENT_DURATION, true);
  if (span.debug) attribute(out, 9, DEBUG, true);
  if (span.shared) attribute(out, 9, SHARED, true);
  for (const { timestamp, value } of span.annotations) {
    out.message(11, (event) => {
      event.fixed64(1, nanoseconds(timestamp));
      event.string(2, value);
    });
  }
  writeStatus(out, span);
}

/** What does not fit becomes the last moment there is, which the decoder refuses; it must not become another moment. */
function nanoseconds(microseconds: bigint): bigint {
  return microseconds > MAX_UINT64 / 1_000n ? MAX_UINT64 : microseconds * 1_000n;
}

function writeEndpoint(out: WireWriter, side: 'local' | 'peer', { ipv4, ipv6, port }: ZipkinEndpoint): void {
  if (ipv4 !== '') attribute(out, 9, `network.${side}.address`, ipv4);
  if (ipv6 !== '') attribute(out, 9, `network.${side}.${ipv4 === '' ? 'address' : 'address.ipv6'}`, ipv6);
  if (port !== 0) attribute(out, 9, `network.${side}.port`, port);
}

/** The tag `error` means that it failed; what it says is the reason, unless it says only that. */
function writeStatus(out: WireWriter, { tags }: ZipkinSpan): void {
  const tag = (name: string): string | undefined => tags.find(([key]) => key === name)?.[1];
  const error = tag('error');
  const code = tag('otel.status_code');
  const failed = (error !== undefined && error !== 'false') || code === 'ERROR';
  if (!failed && code !== 'OK') return;
  const said = tag('otel.status_description') ?? (error === 'true' ? '' : error);
  out.message(15, (status) => {
    if (failed && said) status.string(2, said);
    status.varint(3, failed ? 2 : 1);
  });
}

function attribute(out: WireWriter, field: number, key: string, value: string | number | boolean): void {
  out.message(field, (pair) => {
    pair.string(1, key);
    pair.message(2, (any) => {
      if (typeof value === 'string') any.string(1, value);
      else if (typeof value === 'boolean') any.varint(2, value ? 1 : 0);
      else any.varint(3, value);
    });
  });
}

function hexBytes(hex: string): Uint8Array {
  return bytesFromHex(hex) as Uint8Array;
}
