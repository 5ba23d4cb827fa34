/** Spans as OTLP in JSON, in the two spellings that clients expect. */

import { bytesFromHex } from '../../../core/model/ids';
import type { KeyValue, OtlpResource, OtlpScope } from '../../../core/model/json-types';
import { base64FromBytes } from '../../../core/otlp/base64';
import type { SentSpan, SpanOwner } from '../../../core/otlp/read-trace-request';

/** `hex`: OTLP's, with numbers for enums. `base64`: as protobuf has it, with names for enums. */
export type Spelling = 'hex' | 'base64';

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const CODES = ['UNSET', 'OK', 'ERROR'];

export function resourceSpansOf(spans: readonly SentSpan[], spelling: Spelling): object[] {
  const byResource = new Map<string, { readonly owner: SpanOwner; readonly scopes: Map<SpanOwner, SentSpan[]> }>();
  const saidBy = new Map<SpanOwner, string>();
  for (const span of spans) {
    const { owner } = span;
    let said = saidBy.get(owner);
    if (said === undefined) {
      said = JSON.stringify([owner.resource, owner.resourceSchemaUrl]);
      saidBy.set(owner, said);
    }
    let group = byResource.get(said);
    if (!group) {
      group = { owner, scopes: new Map() };
      byResource.set(said, group);
    }
    const inScope = group.scopes.get(owner);
    if (inScope) inScope.push(span);
    else group.scopes.set(owner, [span]);
  }
  return Array.from(byResource.values(), ({ owner, scopes }) => ({
    resource: attributesAndDropped(owner.resource),
    scopeSpans: Array.from(scopes, ([{ scope, scopeSchemaUrl }, some]) => ({
      scope: scopeJson(scope),
      spans: some.map((span) => spanJson(span, spelling)),
      ...present({ schemaUrl: scopeSchemaUrl }),
    })),
    ...present({ schemaUrl: owner.resourceSchemaUrl }),
  }));
}

function spanJson(span: SentSpan, spelling: Spelling): object {
  const { body } = span;
  const id = spelling === 'hex' ? (hex: string) => hex : base64Of;
  const { code, message } = body.status;
  return {
    traceId: id(span.traceId),
    spanId: id(span.spanId),
    ...present({ traceState: body.traceState, parentSpanId: id(span.parentSpanId), flags: body.flags }),
    name: span.name,
    ...present({ kind: enumOf(span.kind, KINDS, 'SPAN_KIND', spelling) }),
    startTimeUnixNano: String(span.startNs),
    endTimeUnixNano: String(span.endNs),
    ...attributesAndDropped(body),
    ...present({
      events: body.events.map((event) => ({
        timeUnixNano: event.timeUnixNano,
        ...present({ name: event.name }),
        ...attributesAndDropped(event),
      })),
      droppedEventsCount: body.droppedEventsCount,
      links: body.links.map((link) => ({
        ...present({
          traceId: id(link.traceId),
          spanId: id(link.spanId),
          traceState: link.traceState,
          flags: link.flags,
        }),
        ...attributesAndDropped(link),
      })),
      droppedLinksCount: body.droppedLinksCount,
    }),
    status: present({ message, code: enumOf(code, CODES, 'STATUS_CODE', spelling) }),
  };
}

function scopeJson({ name, version, ...rest }: OtlpScope): object {
  return { ...present({ name, version }), ...attributesAndDropped(rest) };
}

function attributesAndDropped({
  attributes,
  droppedAttributesCount,
}: Pick<OtlpResource, 'droppedAttributesCount'> & { readonly attributes: readonly KeyValue[] }): object {
  return present({ attributes, droppedAttributesCount });
}

/** What is not what it is where nothing is said, as protobuf leaves it out. */
function present(fields: Readonly<Record<string, unknown>>): object {
  const isSaid = (value: unknown): boolean =>
    value !== undefined && value !== '' && value !== 0 && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isSaid(value)));
}

function enumOf(value: number, names: readonly string[], prefix: string, spelling: Spelling): string | number {
  const name = names[value];
  return value === 0 || spelling === 'hex' || name === undefined ? value : `${prefix}_${name}`;
}

function base64Of(hex: string): string {
  return base64FromBytes(bytesFromHex(hex) ?? new Uint8Array(0));
}
