/** Spans as OTLP/JSON, with everything that the protocol has. */
import type { AnyValue, KeyValue } from '../../model/json-types';
import { type SentSpan, type SpanOwner, spansOfRequest } from '../../otlp/read-trace-request';

/** The elements of `resourceSpans`, joined by commas. */
export function resourceSpansJson(request: Uint8Array): string {
  const byOwner = new Map<SpanOwner, SentSpan[]>();
  for (const span of spansOfRequest(request)) {
    const known = byOwner.get(span.owner);
    if (known) known.push(span);
    else byOwner.set(span.owner, [span]);
  }
  return Array.from(byOwner, ([of, spans]) => JSON.stringify(resourceSpansOf(of, spans))).join(',');
}

function resourceSpansOf(of: SpanOwner, spans: readonly SentSpan[]): object {
  const { name, version } = of.scope;
  return {
    resource: owner(of.resource),
    scopeSpans: [
      {
        scope: { name, ...(version === '' ? {} : { version }), ...owner(of.scope) },
        spans: spans.map(spanJson),
        ...schema(of.scopeSchemaUrl),
      },
    ],
    ...schema(of.resourceSchemaUrl),
  };
}

function owner({ attributes, droppedAttributesCount }: SpanOwner['resource']): object {
  return { attributes: attributes.map(pair), ...dropped('Attributes', droppedAttributesCount) };
}

function schema(schemaUrl: string): object {
  return schemaUrl === '' ? {} : { schemaUrl };
}

function dropped(what: string, count: number): object {
  return count === 0 ? {} : { [`dropped${what}Count`]: count };
}

function spanJson({ body, ...span }: SentSpan): object {
  const { status } = body;
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(body.traceState === '' ? {} : { traceState: body.traceState }),
    ...(span.parentSpanId === '' ? {} : { parentSpanId: span.parentSpanId }),
    ...(body.flags === 0 ? {} : { flags: body.flags }),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: span.startNs.toString(),
    endTimeUnixNano: span.endNs.toString(),
    attributes: body.attributes.map(pair),
    ...dropped('Attributes', body.droppedAttributesCount),
    events: body.events.map(({ timeUnixNano, name, attributes, droppedAttributesCount }) => ({
      timeUnixNano,
      name,
      attributes: attributes.map(pair),
      ...dropped('Attributes', droppedAttributesCount),
    })),
    ...dropped('Events', body.droppedEventsCount),
    links: body.links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      ...(link.traceState === '' ? {} : { traceState: link.traceState }),
      attributes: link.attributes.map(pair),
      ...dropped('Attributes', link.droppedAttributesCount),
      ...(link.flags === 0 ? {} : { flags: link.flags }),
    })),
    ...dropped('Links', body.droppedLinksCount),
    ...(status.code === 0 && status.message === '' ? {} : { status }),
  };
}

function pair({ key, value }: KeyValue): KeyValue {
  return { key, value: exact(value) };
}

const NEGATIVE_ZERO: AnyValue = { doubleValue: '-0' };

/** JSON as JavaScript writes it has no negative zero as a number; as a text it is one. */
function exact(value: AnyValue): AnyValue {
  if ('doubleValue' in value) return Object.is(value.doubleValue, -0) ? NEGATIVE_ZERO : value;
  if ('arrayValue' in value) {
    const { values } = value.arrayValue as { readonly values: readonly AnyValue[] };
    return { arrayValue: { values: values.map(exact) } };
  }
  if ('kvlistValue' in value) {
    const { values } = value.kvlistValue as { readonly values: readonly KeyValue[] };
    return { kvlistValue: { values: values.map(pair) } };
  }
  return value;
}
