/** What readers of formats that are not OTLP make of them: spans under their resources and scopes, as OTLP trace requests. */
import { bytesFromHex } from '../model/ids';
import { WireWriter } from '../otlp/wire-writer';
import type { SignalRequest } from './format';

export type Value =
  | string
  | boolean
  /** A 64-bit integer. */
  | bigint
  /** A double. */
  | number
  | Uint8Array
  | readonly Value[]
  | ReadonlyMap<string, Value>;

export type Attributes = readonly (readonly [key: string, value: Value])[];

export interface Span {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly parentId: string | null;
  readonly traceState: string;
  readonly name: string;
  readonly kind: number;
  /** Epoch nanoseconds. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Attributes;
  readonly events: readonly { readonly timeNs: bigint; readonly name: string; readonly attributes: Attributes }[];
  readonly links: readonly SpanLink[];
  /** Null: unset. */
  readonly status: { readonly code: number; readonly message: string } | null;
  readonly flags: number;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

export interface SpanGroup {
  readonly resource: Attributes;
  readonly scope: { readonly name: string; readonly version: string };
  readonly spans: readonly Span[];
}

export const STATUS_OK = 1;
export const STATUS_ERROR = 2;
/** Whoever decodes a request holds all of it at once. */
const MAX_SPANS = 20_000;
const MAX_UINT64 = 2n ** 64n - 1n;

export function traceRequests(groups: Iterable<SpanGroup>): SignalRequest[] {
  const requests: SignalRequest[] = [];
  let out = new WireWriter(64 * 1024);
  let count = 0;
  const finish = () => {
    if (count > 0) requests.push({ signal: 'traces', protobuf: out.finish() });
    out = new WireWriter(64 * 1024);
    count = 0;
  };
  for (const group of groups) {
    for (let from = 0; from < group.spans.length; ) {
      if (count >= MAX_SPANS) finish();
      const spans = group.spans.slice(from, from + MAX_SPANS - count);
      out.message(1, (message) => writeGroup(message, group, spans));
      count += spans.length;
      from += spans.length;
    }
  }
  finish();
  return requests;
}

function writeGroup(out: WireWriter, { resource, scope }: SpanGroup, spans: readonly Span[]): void {
  out.message(1, (message) => writeAttributes(message, 1, resource));
  out.message(2, (scopeSpans) => {
    scopeSpans.message(1, (message) => {
      message.string(1, scope.name);
      if (scope.version !== '') message.string(2, scope.version);
    });
    for (const span of spans) scopeSpans.message(2, (message) => writeSpan(message, span));
  });
}

function writeSpan(out: WireWriter, span: Span): void {
  out.data(1, hexBytes(span.traceId));
  out.data(2, hexBytes(span.spanId));
  if (span.traceState !== '') out.string(3, span.traceState);
  if (span.parentId !== null) out.data(4, hexBytes(span.parentId));
  out.string(5, span.name);
  out.varint(6, span.kind);
  out.fixed64(7, moment(span.startNs));
  out.fixed64(8, moment(span.endNs));
  writeAttributes(out, 9, span.attributes);
  for (const event of span.events) {
    out.message(11, (message) => {
      message.fixed64(1, moment(event.timeNs));
      message.string(2, event.name);
      writeAttributes(message, 3, event.attributes);
    });
  }
  for (const link of span.links) {
    out.message(13, (message) => {
      message.data(1, hexBytes(link.traceId));
      message.data(2, hexBytes(link.spanId));
      writeAttributes(message, 4, link.attributes);
    });
  }
  const { status } = span;
  if (status) {
    out.message(15, (message) => {
      if (status.message !== '') message.string(2, status.message);
      message.varint(3, status.code);
    });
  }
  if (span.flags !== 0) out.fixed32(16, span.flags);
}

/** What does not fit becomes the last moment there is, which the decoder refuses; it must not become another moment. */
function moment(ns: bigint): bigint {
  return ns < 0n || ns > MAX_UINT64 ? MAX_UINT64 : ns;
}

function writeAttributes(out: WireWriter, field: number, attributes: Iterable<readonly [string, Value]>): void {
  for (const [key, value] of attributes) {
    out.message(field, (pair) => {
      pair.string(1, key);
      pair.message(2, (any) => writeValue(any, value));
    });
  }
}

function writeValue(out: WireWriter, value: Value): void {
  if (typeof value === 'string') out.string(1, value);
  else if (typeof value === 'boolean') out.varint(2, value ? 1 : 0);
  else if (typeof value === 'bigint') out.varint(3, value);
  else if (typeof value === 'number') out.double(4, value);
  else if (value instanceof Uint8Array) out.data(7, value);
  else if (value instanceof Map) out.message(6, (list) => writeAttributes(list, 1, value));
  else
    out.message(5, (list) => {
      for (const item of value as readonly Value[]) list.message(1, (any) => writeValue(any, item));
    });
}

function hexBytes(hex: string): Uint8Array {
  return bytesFromHex(hex) ?? new Uint8Array(0);
}
