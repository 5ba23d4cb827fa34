/** Reads a trace request into one value for each span, for whoever writes spans in another form. */
import { hexFromBytes } from '../model/ids';
import type { KeyValue, OtlpResource, OtlpScope, SpanBody } from '../model/json-types';
import { DecodeBudget } from './decode-budget';
import { Envelopes } from './envelope';
import { decodeResource, decodeScope, decodeSpanBody } from './proto-to-json';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT, type WireReader } from './wire-reader';

/** What spans share. Spans of the same owner refer to the same object. */
export interface SpanOwner {
  readonly resource: OtlpResource;
  readonly resourceSchemaUrl: string;
  readonly scope: OtlpScope;
  readonly scopeSchemaUrl: string;
}

export interface SentSpan {
  /** Hex in lower case. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: it has none. */
  readonly parentSpanId: string;
  readonly name: string;
  /** A SpanKind of OTLP. */
  readonly kind: number;
  /** Epoch nanoseconds. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly body: SpanBody;
  readonly owner: SpanOwner;
}

/** @throws WireError for bytes that are no trace request */
export function spansOfRequest(request: Uint8Array): SentSpan[] {
  // What is stored was within the limits of who received it.
  const envelopes = new Envelopes(request, null, new DecodeBudget(Number.POSITIVE_INFINITY));
  const owners = new Map<string, SpanOwner>();
  const spans: SentSpan[] = [];
  envelopes.each((reader, { resource, scope }) => {
    const key = `${resource} ${scope}`;
    let owner = owners.get(key);
    if (!owner) {
      const [ofResource, ofScope] = [envelopes.resources[resource], envelopes.scopes[scope]];
      owner = {
        resource: decodeResource(ofResource?.message ?? NO_BYTES),
        resourceSchemaUrl: ofResource?.schemaUrl ?? '',
        scope: decodeScope(ofScope?.message ?? NO_BYTES),
        scopeSchemaUrl: ofScope?.schemaUrl ?? '',
      };
      owners.set(key, owner);
    }
    spans.push(spanOf(reader, owner));
  });
  return spans;
}

const NO_BYTES = new Uint8Array(0);

function spanOf(reader: WireReader, owner: SpanOwner): SentSpan {
  const { bytes, pos, end } = reader;
  const ids = { traceId: '', spanId: '', parentSpanId: '' };
  let kind = 0;
  let startNs = 0n;
  let endNs = 0n;
  while (reader.next()) {
    const name = ID_FIELDS[reader.field];
    if (name && reader.wireType === WIRE_BYTES) {
      const id = reader.view8();
      ids[name] = hexFromBytes(id, 0, id.length);
    } else if (reader.field === 6 && reader.wireType === WIRE_VARINT) kind = reader.uint32();
    else if (reader.field === 7 && reader.wireType === WIRE_FIXED64) startNs = reader.fixed64();
    else if (reader.field === 8 && reader.wireType === WIRE_FIXED64) endNs = reader.fixed64();
    else reader.skip();
  }
  const body = decodeSpanBody(bytes.subarray(pos, end));
  return { ...ids, name: body.name ?? '', kind, startNs, endNs, body, owner };
}

const ID_FIELDS: Readonly<Record<number, 'traceId' | 'spanId' | 'parentSpanId'>> = {
  1: 'traceId',
  2: 'spanId',
  4: 'parentSpanId',
};

/** The text of the last attribute with this key; where a sender repeats a key, the last value wins. Empty: there is none. */
export function textAttribute(attributes: readonly KeyValue[], key: string): string {
  const value = attributes.findLast((pair) => pair.key === key)?.value;
  return value && 'stringValue' in value ? (value.stringValue as string) : '';
}
