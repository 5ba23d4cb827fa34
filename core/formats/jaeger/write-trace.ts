/**
 * Writes stored spans as Jaeger's JSON (`internal/uimodel` of jaegertracing/jaeger), by the mapping of the OpenTelemetry Collector
 * (`pkg/translator/jaeger`): from-json.ts backwards. Instrumentation scopes are `otel.library.*`, the tags that Jaeger's pages read.
 */
import type { KeyValue, SpanEvent, SpanLink } from '../../model/json-types';
import { SPAN_KIND_NAMES } from '../../model/span-kind';
import { type SentSpan, type SpanOwner, textAttribute } from '../../otlp/read-trace-request';
import { STATUS_ERROR, STATUS_OK } from '../spans';
import { textOfValue } from '../text-of-value';
import { type JaegerTag, jaegerTag, stringTag } from './write-tags';

interface JaegerReference {
  readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM';
  readonly traceID: string;
  readonly spanID: string;
}

interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly flags?: number;
  readonly operationName: string;
  readonly references: readonly JaegerReference[];
  /** Both in microseconds, rounded down. */
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly JaegerTag[];
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly JaegerTag[] }[];
  readonly processID: string;
  readonly warnings: readonly string[] | null;
}

interface JaegerProcess {
  readonly serviceName: string;
  readonly tags: readonly JaegerTag[];
}

export interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, JaegerProcess>>;
  readonly warnings: readonly string[] | null;
}

const NO_SERVICE = 'OTLPResourceNoServiceName';
const REF_TYPE = 'opentracing.ref_type';
const WARNINGS = '@jaeger@warnings';
const DEBUG = 'jaeger.debug';
const FLAG_SAMPLED = 1;
const FLAG_DEBUG = 2;
const NS_PER_US = 1_000n;

/** @param spans of one trace @param warnings about the trace as a whole */
export function jaegerTrace(
  traceID: string,
  spans: readonly SentSpan[],
  warnings: readonly string[] = [],
): JaegerTrace {
  const processes = new JaegerProcesses();
  const written = spans.map((span) => jaegerSpan(span, processes.idOf(span.owner)));
  return { traceID, spans: written, processes: processes.all(), warnings: warnings.length > 0 ? warnings : null };
}

/** The processes of one trace: resources that say the same are one. */
export class JaegerProcesses {
  private readonly ids = new Map<SpanOwner, string>();
  private readonly bySaid = new Map<string, string>();
  private readonly processes: Record<string, JaegerProcess> = {};

  idOf(owner: SpanOwner): string {
    const known = this.ids.get(owner);
    if (known !== undefined) return known;
    const process = jaegerProcess(owner);
    const said = JSON.stringify(process);
    let id = this.bySaid.get(said);
    if (id === undefined) {
      id = `p${this.bySaid.size + 1}`;
      this.bySaid.set(said, id);
      this.processes[id] = process;
    }
    this.ids.set(owner, id);
    return id;
  }

  all(): Readonly<Record<string, JaegerProcess>> {
    return this.processes;
  }
}

function jaegerProcess({ resource: { attributes } }: SpanOwner): JaegerProcess {
  const name = attributes.findLast(({ key }) => key === 'service.name');
  return {
    serviceName: (name && textOfValue(name.value)) || NO_SERVICE,
    tags: attributes.filter(({ key }) => key !== 'service.name').map(jaegerTag),
  };
}

export function jaegerSpan(span: SentSpan, processID: string): JaegerSpan {
  const { traceId, spanId, name, startNs, endNs, body } = span;
  const flags = (body.flags & FLAG_SAMPLED) | (isTrue(body.attributes, DEBUG) ? FLAG_DEBUG : 0);
  return {
    traceID: traceId,
    spanID: spanId,
    ...(flags === 0 ? {} : { flags }),
    operationName: name,
    references: references(span),
    startTime: micros(startNs),
    duration: endNs > startNs ? micros(endNs - startNs) : 0,
    tags: tagsOf(span),
    logs: body.events.map(logOf),
    processID,
    warnings: warningsOf(body.attributes),
  };
}

function micros(ns: bigint): number {
  return Number(ns / NS_PER_US);
}

function references({ traceId, parentSpanId, body }: SentSpan): JaegerReference[] {
  const parent: JaegerReference[] =
    parentSpanId === '' ? [] : [{ refType: 'CHILD_OF', traceID: traceId, spanID: parentSpanId }];
  const linked = body.links
    .filter((link) => link.traceId !== '' && link.spanId !== '')
    .map((link): JaegerReference => ({ refType: refType(link), traceID: link.traceId, spanID: link.spanId }));
  return [...parent, ...linked];
}

function refType({ attributes }: SpanLink): JaegerReference['refType'] {
  return textAttribute(attributes, REF_TYPE) === 'child_of' ? 'CHILD_OF' : 'FOLLOWS_FROM';
}

function tagsOf({ kind, body, owner }: SentSpan): JaegerTag[] {
  const { attributes, status, traceState } = body;
  const { name, version } = owner.scope;
  const kindName = kind === 0 ? undefined : SPAN_KIND_NAMES[kind];
  return [
    ...(name === '' ? [] : [stringTag('otel.library.name', name)]),
    ...(version === '' ? [] : [stringTag('otel.library.version', version)]),
    ...attributes.filter(({ key }) => key !== WARNINGS && key !== DEBUG).map(jaegerTag),
    ...(kindName ? [stringTag('span.kind', kindName)] : []),
    ...(status.code === STATUS_OK ? [stringTag('otel.status_code', 'OK')] : []),
    ...(status.code === STATUS_ERROR ? [stringTag('otel.status_code', 'ERROR'), ERROR_TAG] : []),
    ...(status.message === '' ? [] : [stringTag('otel.status_description', status.message)]),
    ...(traceState === '' ? [] : [stringTag('w3c.tracestate', traceState)]),
  ];
}

const ERROR_TAG: JaegerTag = { key: 'error', type: 'bool', value: true };

function logOf({ timeUnixNano, name, attributes }: SpanEvent): JaegerSpan['logs'][number] {
  // What a sender of OpenTracing called the event is among its attributes already.
  const isNamed = name === '' || attributes.some(({ key }) => key === 'event');
  return {
    timestamp: micros(BigInt(timeUnixNano)),
    fields: [...(isNamed ? [] : [stringTag('event', name)]), ...attributes.map(jaegerTag)],
  };
}

function isTrue(attributes: readonly KeyValue[], key: string): boolean {
  return attributes.some((pair) => pair.key === key && 'boolValue' in pair.value && pair.value.boolValue === true);
}

/** Jaeger keeps warnings in an attribute of the span. */
function warningsOf(attributes: readonly KeyValue[]): readonly string[] | null {
  const value = attributes.findLast(({ key }) => key === WARNINGS)?.value;
  if (!value) return null;
  if (!('arrayValue' in value)) return [textOfValue(value)];
  const { values } = value.arrayValue as { readonly values: readonly (typeof value)[] };
  return values.map(textOfValue);
}
