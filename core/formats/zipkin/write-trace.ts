/**
 * Writes stored spans as Zipkin v2 JSON, by the mapping of the OpenTelemetry specification (trace/sdk_exporters/zipkin.md). Spans that
 * arrived as Zipkin's get their endpoints and marks back (to-otlp.ts backwards).
 */
import { type KeyValue, plainAttributes } from '../../model/json-types';
import type { SentSpan } from '../../otlp/read-trace-request';
import { STATUS_ERROR, STATUS_OK } from '../spans';
import { textOfValue } from '../text-of-value';
import type { ZipkinKind } from './span';
import { ABSENT_DURATION, ABSENT_START, DEBUG, SCOPE_NAME, SHARED } from './to-otlp';
import { type WrittenEndpoint, writtenEndpoints } from './write-endpoints';

/** As JSON has it; what is unknown is left out. */
export interface WrittenZipkinSpan {
  readonly traceId: string;
  readonly parentId?: string;
  readonly id: string;
  readonly kind?: ZipkinKind;
  readonly name: string;
  /** Epoch microseconds. */
  readonly timestamp?: number;
  readonly duration?: number;
  readonly localEndpoint?: WrittenEndpoint;
  readonly remoteEndpoint?: WrittenEndpoint;
  readonly annotations?: readonly { readonly timestamp: number; readonly value: string }[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly debug?: true;
  readonly shared?: true;
}

const KINDS: Readonly<Record<number, ZipkinKind>> = { 2: 'SERVER', 3: 'CLIENT', 4: 'PRODUCER', 5: 'CONSUMER' };
const NS_PER_US = 1_000n;
const MARKS: ReadonlySet<string> = new Set([ABSENT_START, ABSENT_DURATION, DEBUG, SHARED]);

export function zipkinSpan(span: SentSpan): WrittenZipkinSpan {
  const { traceId, spanId, parentSpanId, name, startNs, body } = span;
  const kind = KINDS[span.kind];
  const { local, remote, folded } = writtenEndpoints(span);
  const has = (key: string): boolean => isTrue(body.attributes, key);
  const tags = tagsOf(span, folded);
  const annotations = body.events.map(({ timeUnixNano, name: event, attributes }) => ({
    timestamp: Number(BigInt(timeUnixNano) / NS_PER_US),
    value: attributes.length === 0 ? event : `${JSON.stringify(event)}: ${JSON.stringify(plainAttributes(attributes))}`,
  }));
  return {
    // Zipkin writes an id of 64 bits with 16 digits.
    traceId: traceId.replace(/^0{16}/, ''),
    ...(parentSpanId === '' ? {} : { parentId: parentSpanId }),
    id: spanId,
    ...(kind ? { kind } : {}),
    name,
    ...(has(ABSENT_START) || startNs < NS_PER_US ? {} : { timestamp: Number(startNs / NS_PER_US) }),
    ...(has(ABSENT_DURATION) || span.endNs < startNs ? {} : { duration: durationOf(span) }),
    ...(local ? { localEndpoint: local } : {}),
    ...(remote ? { remoteEndpoint: remote } : {}),
    ...(annotations.length > 0 ? { annotations } : {}),
    ...(tags.size > 0 ? { tags: Object.fromEntries(tags) } : {}),
    ...(has(DEBUG) ? { debug: true } : {}),
    ...(has(SHARED) ? { shared: true } : {}),
  };
}

/** Zipkin rounds what is shorter than a microsecond up to one: 0 is no duration. */
function durationOf({ startNs, endNs }: SentSpan): number {
  return endNs > startNs + NS_PER_US ? Number((endNs - startNs) / NS_PER_US) : 1;
}

/** Of the resource first: what a span says of itself wins. @param folded keys that endpoints say already */
function tagsOf(span: SentSpan, folded: ReadonlySet<string>): ReadonlyMap<string, string> {
  const { body, owner } = span;
  const { status, traceState, attributes, links } = body;
  const isZipkin = owner.scope.name === SCOPE_NAME;
  const tags = new Map<string, string>();
  for (const { key, value } of owner.resource.attributes) {
    if (key !== 'service.name') tags.set(key, textOfValue(value));
  }
  for (const { key, value } of attributes) {
    if (!folded.has(key) && !MARKS.has(key)) tags.set(key, textOfValue(value));
  }
  if (!isZipkin && owner.scope.name !== '') tags.set('otel.scope.name', owner.scope.name);
  if (!isZipkin && owner.scope.version !== '') tags.set('otel.scope.version', owner.scope.version);
  if (!isZipkin && status.code === STATUS_OK) tags.set('otel.status_code', 'OK');
  if (!isZipkin && status.code === STATUS_ERROR) tags.set('otel.status_code', 'ERROR');
  if (status.code === STATUS_ERROR && !tags.has('error')) tags.set('error', status.message || 'true');
  if (traceState !== '') tags.set('w3c.tracestate', traceState);
  for (const [i, link] of links.entries()) {
    // As the OpenTelemetry Collector writes them, and reads them back.
    const said = JSON.stringify(plainAttributes(link.attributes));
    tags.set(
      `otlp.link.${i}`,
      [link.traceId, link.spanId, link.traceState, said, link.droppedAttributesCount].join('|'),
    );
  }
  return tags;
}

function isTrue(attributes: readonly KeyValue[], key: string): boolean {
  return attributes.some((pair) => pair.key === key && 'boolValue' in pair.value && pair.value.boolValue === true);
}
