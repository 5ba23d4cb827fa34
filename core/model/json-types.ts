/**
 * OTLP/JSON as the specification writes it (opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): camelCase names, ids
 * in hex, 64-bit integers as decimal strings. It is our lossless, readable form of a span.
 */
export type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number | 'NaN' | 'Infinity' | '-Infinity' | '-0' }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } }
  | { readonly kvlistValue: { readonly values: readonly KeyValue[] } }
  | { readonly bytesValue: string }
  | Record<string, never>;

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

export interface SpanEvent {
  readonly timeUnixNano: string;
  readonly name: string;
  readonly attributes: readonly KeyValue[];
  readonly droppedAttributesCount: number;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: readonly KeyValue[];
  readonly droppedAttributesCount: number;
  readonly flags: number;
}

export interface SpanStatus {
  readonly code: number;
  readonly message: string;
}

/** What a span holds besides its columns. */
export interface SpanBody {
  /** Only where the column could not hold the name as it was sent: it has a NUL character, or is long. */
  readonly name: string | null;
  readonly traceState: string;
  readonly flags: number;
  readonly attributes: readonly KeyValue[];
  readonly droppedAttributesCount: number;
  readonly events: readonly SpanEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly SpanLink[];
  readonly droppedLinksCount: number;
  readonly status: SpanStatus;
}

/** What a log record holds besides its columns. */
export interface LogBody {
  /** Only where the column could not hold it as it was sent. */
  readonly severityNumber: number | null;
  readonly severityText: string;
  /** Only where the column could not hold it as it was sent (a NUL character). */
  readonly eventName: string | null;
  readonly body: AnyValue;
  readonly attributes: readonly KeyValue[];
  readonly droppedAttributesCount: number;
  readonly flags: number;
}

export interface OtlpResource {
  readonly attributes: readonly KeyValue[];
  readonly droppedAttributesCount: number;
}

export interface OtlpScope {
  readonly name: string;
  readonly version: string;
  readonly attributes: readonly KeyValue[];
  readonly droppedAttributesCount: number;
}

/** A JSON value for people and scripts: integers as numbers where they are exact, bytes as base64. */
export type PlainValue = string | number | boolean | null | PlainValue[] | { [key: string]: PlainValue };

export function plainValue(value: AnyValue): PlainValue {
  if ('stringValue' in value) return value.stringValue as string;
  if ('boolValue' in value) return value.boolValue as boolean;
  if ('intValue' in value) {
    const number = Number(value.intValue);
    return Number.isSafeInteger(number) ? number : (value.intValue as string);
  }
  if ('doubleValue' in value) return value.doubleValue as number | string;
  if ('bytesValue' in value) return value.bytesValue as string;
  if ('arrayValue' in value) return (value.arrayValue as { values: readonly AnyValue[] }).values.map(plainValue);
  if ('kvlistValue' in value) return plainAttributes((value.kvlistValue as { values: readonly KeyValue[] }).values);
  return null;
}

/** A map of the attributes; where a sender repeats a key, the last value wins. */
export function plainAttributes(attributes: readonly KeyValue[]): { [key: string]: PlainValue } {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}
