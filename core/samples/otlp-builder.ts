/** Builds OTLP/JSON trace requests for the generated samples: readable shapes in, what any exporter sends out. */
import type { AnyValue, KeyValue } from '../model/json-types';

export type SampleValue = string | number | boolean | readonly SampleValue[];

export interface SampleSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly service: string;
  /** More of its resource, or other values of what every resource has here. */
  readonly resource?: Readonly<Record<string, SampleValue>>;
  readonly name: string;
  /** SpanKind by number; 1 internal where absent. */
  readonly kind?: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes?: Readonly<Record<string, SampleValue>>;
  readonly error?: string;
  readonly events?: readonly {
    readonly name: string;
    readonly timeNs: bigint;
    readonly attributes?: Readonly<Record<string, SampleValue>>;
  }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** A number with a fraction becomes a double, a whole one an int, as the SDKs do. */
function anyValue(value: SampleValue): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map(anyValue) } };
}

export function keyValues(attributes: Readonly<Record<string, SampleValue>> = {}): KeyValue[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

/** One request, grouped by resource. */
export function traceRequest(spans: readonly SampleSpan[]): object {
  const groups = new Map<string, { readonly of: SampleSpan; readonly spans: object[] }>();
  for (const span of spans) {
    const key = JSON.stringify([span.service, span.resource]);
    const group = groups.get(key) ?? { of: span, spans: [] };
    group.spans.push(otlpSpan(span));
    groups.set(key, group);
  }
  return {
    resourceSpans: [...groups.values()].map(({ of: { service, resource }, spans }) => ({
      resource: {
        attributes: keyValues({
          'service.name': service,
          'service.version': '1.4.0',
          'deployment.environment.name': 'dev',
          'telemetry.sdk.name': 'spoor-sample',
          ...resource,
        }),
      },
      scopeSpans: [{ scope: { name: `${service}-instrumentation`, version: '1.0.0' }, spans }],
    })),
  };
}

function otlpSpan(span: SampleSpan): object {
  const exception = span.error
    ? [
        {
          name: 'exception',
          timeUnixNano: span.endNs.toString(),
          attributes: keyValues({
            'exception.type': span.error.split(':')[0] ?? 'Error',
            'exception.message': span.error,
          }),
        },
      ]
    : [];
  const events = (span.events ?? []).map(({ name, timeNs, attributes }) => ({
    name,
    timeUnixNano: timeNs.toString(),
    attributes: keyValues(attributes),
  }));
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? '',
    name: span.name,
    kind: span.kind ?? 1,
    startTimeUnixNano: span.startNs.toString(),
    endTimeUnixNano: span.endNs.toString(),
    attributes: keyValues(span.attributes),
    events: [...events, ...exception],
    links: span.links ?? [],
    status: span.error ? { code: 2, message: span.error } : {},
  };
}
