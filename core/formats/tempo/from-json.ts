/**
 * What Grafana Tempo answers for a trace, which people send on: `{batches: [...]}`, or `{trace: {resourceSpans: [...]}}` from its second
 * version of the API on. It is OTLP but for the ids, which are base64 as in any other protobuf in JSON.
 */
import { hexFromBytes, SPAN_ID_BYTES, TRACE_ID_BYTES } from '../../model/ids';
import { bytesFromBase64 } from '../../otlp/base64';
import { listOf } from '../../otlp/json-envelope';
import { get, type JsonObject } from '../../otlp/json-fields';
import { isRecord } from '../is-record';

/** Null: it is something else. */
export function otlpFromTempo(request: unknown): JsonObject | null {
  if (!isRecord(request)) return null;
  const trace = get(request, 'trace');
  const resources = Array.isArray(request.batches) ? listOf(request, 'batches') : listOf(trace, 'resourceSpans');
  if (resources.length === 0 || get(request, 'resourceSpans') !== undefined) return null;
  return {
    resourceSpans: withLists(resources, ['scopeSpans', 'instrumentationLibrarySpans'], (scopes) =>
      withLists(scopes, ['spans'], (spans) => spans.map(withHexIds)),
    ),
  };
}

function withLists(
  owners: readonly unknown[],
  names: readonly string[],
  change: (list: readonly unknown[]) => readonly unknown[],
): unknown[] {
  return owners.map((owner) => {
    if (!isRecord(owner)) return owner;
    const changed: Record<string, unknown> = { ...owner };
    for (const name of names) {
      const list = get(owner, name);
      if (Array.isArray(list)) changed[name] = change(list);
    }
    return changed;
  });
}

function withHexIds(span: unknown): unknown {
  if (!isRecord(span)) return span;
  const links = get(span, 'links');
  return {
    ...span,
    traceId: hexId(get(span, 'traceId'), TRACE_ID_BYTES),
    spanId: hexId(get(span, 'spanId'), SPAN_ID_BYTES),
    parentSpanId: hexId(get(span, 'parentSpanId'), SPAN_ID_BYTES),
    ...(Array.isArray(links) ? { links: links.map(withHexIds) } : {}),
  };
}

/** Base64 of so many bytes as hex; all else, such as an id that is hex already, as it is. */
function hexId(value: unknown, length: number): unknown {
  if (typeof value !== 'string' || value.length >= 2 * length) return value;
  const bytes = bytesFromBase64(value);
  return bytes?.length === length ? hexFromBytes(bytes, 0, length) : value;
}
