/** What an HTML file holds of its traces: OTLP/JSON in blocks, which whoever shows them reads. */
import type { KeyValue } from '../../model/json-types';
import { spanKindName } from '../../model/span-kind';
import type { TraceSummary } from '../../model/trace-summary';
import type { OperationRef, TraceColumns } from '../../timeline/trace-columns';

/** Of elements: each trace has one of the first, then its spans. */
export const TRACE_BLOCK = 'trace';
export const SPANS_BLOCK = 'spans';
/** The last. */
export const END_BLOCK = 'end';

export interface FileEnd {
  /** Spans for which there was no room. */
  readonly spansLeftOut: number;
  readonly tracesLeftOut: number;
}

export type FileTrace = TraceSummary;

interface FileOwner {
  readonly name?: string;
  readonly version?: string;
  readonly attributes: readonly KeyValue[];
}

export interface FileGroup {
  readonly resource: FileOwner;
  readonly schemaUrl?: string;
  readonly scopeSpans: readonly { readonly scope: FileOwner; readonly spans: readonly FileSpan[] }[];
}

interface FileSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly events: readonly {
    readonly timeUnixNano: string;
    readonly name: string;
    readonly attributes: readonly KeyValue[];
  }[];
  readonly links: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly attributes: readonly KeyValue[];
  }[];
  readonly status?: { readonly code: number; readonly message: string };
}

export interface OwnedSpan {
  readonly span: FileSpan;
  readonly resource: FileOwner;
  readonly scope: FileOwner;
}

export function spansOf(groups: readonly FileGroup[]): OwnedSpan[] {
  return groups.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => ({ span, resource, scope }))),
  );
}

export function serviceOf({ resource }: OwnedSpan): string {
  const value = resource.attributes.findLast(({ key }) => key === 'service.name')?.value;
  return value && 'stringValue' in value ? String(value.stringValue) : '';
}

/** As the timeline takes them. */
export function columnsOf(spans: readonly OwnedSpan[]): TraceColumns {
  const starts = spans.map(({ span }) => BigInt(span.startTimeUnixNano));
  const originNs = starts.reduce((least, ns) => (ns < least ? ns : least), starts[0] ?? 0n);
  const operations = new Map<string, { readonly index: number; readonly operation: OperationRef }>();
  const resources = new Map<FileOwner, number>();
  const operationOf = (owned: OwnedSpan): number => {
    const operation = { service: serviceOf(owned), name: owned.span.name, kind: spanKindName(owned.span.kind) };
    const key = JSON.stringify(operation);
    const known = operations.get(key)?.index;
    if (known !== undefined) return known;
    operations.set(key, { index: operations.size, operation });
    return operations.size - 1;
  };
  const resourceOf = ({ resource }: OwnedSpan): number => {
    const known = resources.get(resource) ?? resources.size;
    resources.set(resource, known);
    return known;
  };
  const operation = Uint32Array.from(spans, operationOf);
  return {
    length: spans.length,
    originNs: String(originNs),
    spanId: BigUint64Array.from(spans, ({ span }) => BigInt(`0x${span.spanId}`)),
    parentSpanId: BigUint64Array.from(spans, ({ span }) => BigInt(`0x${span.parentSpanId ?? '0'}`)),
    startNs: Float64Array.from(starts, (ns) => Number(ns - originNs)),
    durationNs: Float64Array.from(spans, ({ span }, i) => Number(BigInt(span.endTimeUnixNano) - (starts[i] as bigint))),
    operation,
    resource: Uint32Array.from(spans, resourceOf),
    status: Uint8Array.from(spans, ({ span }) => span.status?.code ?? 0),
    operations: Array.from(operations.values(), (known) => known.operation),
  };
}
