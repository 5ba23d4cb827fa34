/** A span as a query looks at it: what its row says, and what its message says where the query asks for that. */

import { spanIdFromInt8 } from '../../model/ids';
import type { AnyValue, KeyValue, SpanBody, SpanEvent, SpanLink } from '../../model/json-types';
import { isShortened } from '../../model/short-name';
import { spanKindName, statusCodeName } from '../../model/span-kind';
import type { AttributeScope, Field } from '../../query/traceql/ast';
import { integerOf } from '../../query/traceql/calculate';
import type { SpanFields } from '../../query/traceql/evaluate';
import type { Part } from '../../query/traceql/one-part';
import type { TraceSpan } from '../../query/traceql/spansets';
import { NO_VALUES, spanKindValue, statusValue, type Value, type Values, valueOfAny } from '../../query/traceql/values';
import type { SearchesKey } from '../../search/searched-keys';
import { textHasWord } from '../../search/words';
import type { KnownScope, Shared } from '../dictionary/shared-parts';
import type { CopyReader } from '../sql/copy-binary';
import type { TraceFacts } from './trace-facts';

export interface SpanRow {
  readonly trace_id: string;
  readonly span_id: bigint;
  readonly parent_span_id: bigint | null;
  readonly start_ns: bigint;
  readonly duration_ns: bigint;
  readonly resource_id: number;
  readonly scope_id: number;
  readonly operation_id: number;
  readonly status: number;
  readonly block_id: number;
  readonly attributes: readonly number[];
  readonly payload_id: number;
  readonly payload_index: number;
}

export const NO_SPAN: SpanRow = {
  trace_id: '',
  span_id: 0n,
  parent_span_id: null,
  start_ns: 0n,
  duration_ns: 0n,
  resource_id: 0,
  scope_id: 0,
  operation_id: 0,
  status: 0,
  block_id: 0,
  attributes: [],
  payload_id: 0,
  payload_index: 0,
};

/** Of `s`, as `readSpanRow` reads them. */
export const SPAN_COLUMNS_SQL = `s.trace_id, s.span_id, s.parent_span_id, s.start_ns, s.duration_ns, s.resource_id, s.scope_id,
  s.operation_id, s.status, s.block_id, s.attributes, s.payload_id, s.payload_index`;

export function readSpanRow(reader: CopyReader): SpanRow {
  const trace_id = reader.uuid();
  const span_id = reader.int8();
  // No span has the id 0.
  const parent = reader.int8Or(0n);
  return {
    trace_id,
    span_id,
    parent_span_id: parent === 0n ? null : parent,
    start_ns: reader.int8(),
    duration_ns: reader.int8(),
    resource_id: reader.int4(),
    scope_id: reader.int4(),
    operation_id: reader.int4(),
    status: reader.int2(),
    block_id: reader.int4(),
    attributes: reader.int4Array(),
    payload_id: reader.int4(),
    payload_index: reader.int2(),
  };
}

export type Verdict = 'yes' | 'no' | 'maybe';
/** By what SQL gives. */
export const VERDICTS: readonly Verdict[] = ['no', 'maybe', 'yes'];

export class StoredSpan implements TraceSpan {
  /** Read only where a query asks for it. */
  body: SpanBody | null = null;
  trace: TraceFacts | null = null;
  /** Where a query asks for it and it is stored, with its message. */
  parent: StoredSpan | null = null;

  constructor(
    readonly row: SpanRow,
    private readonly shared: Shared,
    private readonly searchesKey: SearchesKey,
    /** By condition that was asked for: what the database could decide of it. */
    readonly verdicts: readonly Verdict[],
  ) {}

  get spanId(): bigint {
    return this.row.span_id;
  }

  get parentSpanId(): bigint | null {
    return this.row.parent_span_id;
  }

  values(field: Field): Values {
    if (field.kind === 'attribute') {
      if (field.scope !== null) return this.attribute(field.scope, field.name);
      const own = this.attribute('span', field.name);
      return own.length > 0 ? own : this.attribute('resource', field.name);
    }
    if (field.kind === 'parent') return this.parent?.values({ ...field, kind: 'attribute' }) ?? NO_VALUES;
    const { row } = this;
    switch (field.name) {
      case 'span:duration':
        return row.duration_ns < 0n ? NO_VALUES : [integerOf(row.duration_ns)];
      case 'span:name':
        return [this.name];
      case 'span:kind':
        return [spanKindValue(spanKindName(this.operation.kind))];
      case 'span:status':
        return [statusValue(statusCodeName(row.status))];
      case 'span:id':
        return [spanIdFromInt8(row.span_id)];
      case 'span:parentID':
        return row.parent_span_id === null ? NO_VALUES : [spanIdFromInt8(row.parent_span_id)];
      case 'span:statusMessage':
      case 'event:name':
      case 'link:traceID':
      case 'link:spanID':
        return bodyValues(this.message, field.name);
      case 'event:timeSinceStart':
        return this.message.events.map((event) => sinceStart(event, row.start_ns));
      case 'instrumentation:name':
        return [this.scope?.name ?? ''];
      case 'instrumentation:version':
        return [this.scope?.version ?? ''];
      case 'span:text':
        return NO_VALUES;
      default:
        return this.facts.values(field.name, row.span_id);
    }
  }

  parts(part: Part): readonly SpanFields[] {
    return partsOf(this, this.message, part, this.row.start_ns);
  }

  hasWord(word: string): boolean {
    const { service } = this.operation;
    return (
      textHasWord(this.name, word) || textHasWord(service, word) || bodyHasWord(this.message, word, this.searchesKey)
    );
  }

  /** Whole where the message was read. */
  get name(): string {
    const { name } = this.operation;
    return isShortened(name) ? (this.body?.name ?? name) : name;
  }

  get operation(): { readonly name: string; readonly kind: number; readonly service: string } {
    return this.shared.operation(this.row.operation_id) ?? { name: '', kind: 0, service: '' };
  }

  get resource(): readonly KeyValue[] {
    return this.shared.resource(this.row.resource_id) ?? [];
  }

  private get scope(): KnownScope | undefined {
    return this.shared.scope(this.row.scope_id);
  }

  private get message(): SpanBody {
    if (!this.body) throw new Error('the message of this span was not read');
    return this.body;
  }

  private get facts(): TraceFacts {
    if (!this.trace) throw new Error('the trace of this span was not read');
    return this.trace;
  }

  private attribute(scope: AttributeScope, key: string): Values {
    switch (scope) {
      case 'span':
        return attributeValues(this.message.attributes, key);
      case 'resource':
        return resourceValues(this.resource, key);
      case 'instrumentation':
        return attributeValues(this.scope?.attributes ?? [], key);
      default:
        return bodyAttributes(this.message, scope, key);
    }
  }
}

export function attributeValues(attributes: readonly KeyValue[], key: string): Value[] {
  return attributes.flatMap((pair) => {
    const value = pair.key === key ? valueOfAny(pair.value) : null;
    return value === null ? [] : [value];
  });
}

export function bodyAttributes(body: SpanBody, scope: 'event' | 'link', key: string): Values {
  return (scope === 'event' ? body.events : body.links).flatMap(({ attributes }) => attributeValues(attributes, key));
}

export function bodyValues(
  body: SpanBody,
  name: 'span:statusMessage' | 'event:name' | 'link:traceID' | 'link:spanID',
): Values {
  switch (name) {
    case 'span:statusMessage':
      return [body.status.message];
    case 'event:name':
      return body.events.map((event) => event.name);
    case 'link:traceID':
      return body.links.map(({ traceId }) => traceId);
    case 'link:spanID':
      return body.links.map(({ spanId }) => spanId);
  }
}

/** What a resource says; a service without a name has an empty one, as in Tempo. */
export function resourceValues(resource: readonly KeyValue[], key: string): Values {
  const values = attributeValues(resource, key);
  return values.length === 0 && key === 'service.name' ? NO_NAME : values;
}

const NO_NAME: Values = [''];

function sinceStart({ timeUnixNano }: SpanEvent, startNs: bigint): Value {
  return integerOf(BigInt(timeUnixNano) - startNs);
}

/** A span as each of its events, or its links, sees it. @param startNs null: it is not asked for */
export function partsOf(span: SpanFields, body: SpanBody, part: Part, startNs: bigint | null): readonly SpanFields[] {
  if (part === 'link') {
    return body.links.map((link) => ofPart(span, body, startNs, (field) => linkValues(link, field)));
  }
  return body.events.map((event) => ofPart(span, body, startNs, (field) => eventValues(event, field, startNs)));
}

/** @param own what the part says; null: it is not asked */
function ofPart(
  span: SpanFields,
  body: SpanBody,
  startNs: bigint | null,
  own: (field: Field) => Values | null,
): SpanFields {
  const fields: SpanFields = {
    values: (field) => own(field) ?? span.values(field),
    hasWord: (word) => span.hasWord(word),
    parts: (part) => partsOf(fields, body, part, startNs),
  };
  return fields;
}

function eventValues(event: SpanEvent, field: Field, startNs: bigint | null): Values | null {
  if (field.kind === 'attribute') return field.scope === 'event' ? attributeValues(event.attributes, field.name) : null;
  if (field.name === 'event:name') return [event.name];
  return field.name === 'event:timeSinceStart' && startNs !== null ? [sinceStart(event, startNs)] : null;
}

function linkValues(link: SpanLink, field: Field): Values | null {
  if (field.kind === 'attribute') return field.scope === 'link' ? attributeValues(link.attributes, field.name) : null;
  if (field.name === 'link:traceID') return [link.traceId];
  return field.name === 'link:spanID' ? [link.spanId] : null;
}

/** Whether a text of the message has the word: of its name where that is long, its status, its attributes and its events. */
export function bodyHasWord(
  { name, status, attributes, events }: SpanBody,
  word: string,
  searchesKey: SearchesKey,
): boolean {
  const has = ({ key, value }: KeyValue): boolean => searchesKey(key) && valueHasWord(value, word);
  return (
    (name !== null && textHasWord(name, word)) ||
    textHasWord(status.message, word) ||
    attributes.some(has) ||
    events.some((event) => textHasWord(event.name, word) || event.attributes.some(has))
  );
}

export function valueHasWord(value: AnyValue, word: string): boolean {
  if ('stringValue' in value) return textHasWord(value.stringValue as string, word);
  if ('arrayValue' in value) {
    return (value.arrayValue as { values: readonly AnyValue[] }).values.some((item) => valueHasWord(item, word));
  }
  if (!('kvlistValue' in value)) return false;
  return (value.kvlistValue as { values: readonly KeyValue[] }).values.some((pair) => valueHasWord(pair.value, word));
}
