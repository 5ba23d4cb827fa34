/** A trace request as OTLP JSON, for people to read: ids in hex, the first spans. */
import { hexFromBytes } from '../model/ids';
import { Envelopes } from './envelope';
import { decodeResource, decodeScope, decodeSpanBody } from './proto-to-json';
import { WIRE_BYTES, WIRE_FIXED64, type WireReader } from './wire-reader';

/** @returns whether the text has all of the spans @throws WireError */
export function jsonFromTraceRequest(
  request: Uint8Array,
  maxSpans: number,
): { readonly text: string; readonly isAll: boolean } {
  const envelopes = new Envelopes(request);
  const spans: { readonly resource: number; readonly scope: number; readonly span: object }[] = [];
  let count = 0;
  envelopes.each((reader, { resource, scope }) => {
    if (count++ < maxSpans) spans.push({ resource, scope, span: spanJson(reader) });
  });
  const groups = new Map<string, { readonly resource: number; readonly scope: number; readonly spans: object[] }>();
  for (const { resource, scope, span } of spans) {
    const key = `${resource} ${scope}`;
    const group = groups.get(key) ?? { resource, scope, spans: [] };
    group.spans.push(span);
    groups.set(key, group);
  }
  const resourceSpans = [...groups.values()].map(({ resource, scope, spans: ofScope }) => ({
    resource: decodeResource(envelopes.resources[resource]?.message ?? new Uint8Array()),
    scopeSpans: [{ scope: decodeScope(envelopes.scopes[scope]?.message ?? new Uint8Array()), spans: ofScope }],
  }));
  return { text: JSON.stringify({ resourceSpans }, null, 2), isAll: count <= maxSpans };
}

function spanJson(reader: WireReader): object {
  const { bytes, pos, end } = reader;
  const ids: Record<string, string> = {};
  while (reader.next()) {
    const name = ID_FIELDS[reader.field];
    const time = TIME_FIELDS[reader.field];
    if (name && reader.wireType === WIRE_BYTES) {
      const id = reader.view8();
      ids[name] = hexFromBytes(id, 0, id.length);
    } else if (time && reader.wireType === WIRE_FIXED64) ids[time] = reader.fixed64().toString();
    else reader.skip();
  }
  const { name, ...body } = decodeSpanBody(bytes.subarray(pos, end));
  return { ...ids, name, ...body };
}

const ID_FIELDS: Readonly<Record<number, string>> = { 1: 'traceId', 2: 'spanId', 4: 'parentSpanId' };
const TIME_FIELDS: Readonly<Record<number, string>> = { 7: 'startTimeUnixNano', 8: 'endTimeUnixNano' };
