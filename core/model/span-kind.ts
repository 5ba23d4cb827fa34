/** SpanKind and StatusCode of OTLP (opentelemetry/proto/trace/v1/trace.proto), by number. */
export const SPAN_KIND_NAMES = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export type SpanKindName = (typeof SPAN_KIND_NAMES)[number];

const STATUS_CODES = ['unset', 'ok', 'error'] as const;
export type StatusCodeName = (typeof STATUS_CODES)[number];

export const STATUS_ERROR = 2;
export const SPAN_KIND_SERVER = 2;
export const SPAN_KIND_CLIENT = 3;
export const SPAN_KIND_PRODUCER = 4;
export const SPAN_KIND_CONSUMER = 5;

/** Unknown numbers read as unspecified: a newer sender must not break an older reader. */
export function spanKindName(kind: number): SpanKindName {
  return SPAN_KIND_NAMES[kind] ?? 'unspecified';
}

export function statusCodeName(code: number): StatusCodeName {
  return STATUS_CODES[code] ?? 'unset';
}
