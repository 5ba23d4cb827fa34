/** The spans of one trace as columns, no object a span. Times are nanoseconds relative to an origin, which a double holds exactly for 104 days. */
import type { SpanKindName } from '../model/span-kind';

export interface OperationRef {
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKindName;
}

/** In the order in which the spans arrived. */
export interface TraceColumns {
  readonly length: number;
  /** Epoch nanoseconds of the trace's start, as a decimal string. */
  readonly originNs: string;
  readonly spanId: BigUint64Array<ArrayBuffer>;
  /** 0: a root. */
  readonly parentSpanId: BigUint64Array<ArrayBuffer>;
  readonly startNs: Float64Array<ArrayBuffer>;
  readonly durationNs: Float64Array<ArrayBuffer>;
  /** Index into `operations`. */
  readonly operation: Uint32Array<ArrayBuffer>;
  /** Which program sent it: a number for each distinct resource. */
  readonly resource: Uint32Array<ArrayBuffer>;
  readonly status: Uint8Array<ArrayBuffer>;
  readonly operations: readonly OperationRef[];
}

/**
 * What is selected of a span for `decodeTraceColumns`: one value of 40 bytes. COPY spends its time on values, not on bytes: as seven
 * columns, a million spans take half as long again.
 */
export const TRACE_COLUMNS_SQL = `int8send(span_id) || int8send(coalesce(parent_span_id, 0)) || int8send(start_ns) ||
  int8send(duration_ns) || int8send((operation_id::int8 << 34) | (resource_id::int8 << 2) | (status::int8 & 3))`;
const HEADER_BYTES = 19;
/** A count of columns, the value's size, the value. */
const ROW_BYTES = 2 + 4 + 40;
const TRAILER_BYTES = 2;

export interface DecodedColumns {
  readonly columns: Omit<TraceColumns, 'operations'>;
  /** Ids of operations, in the order of the indices that stand for them. */
  readonly operationIds: readonly number[];
}

/** @param bytes binary COPY of TRACE_COLUMNS_SQL @throws Error when they are something else */
export function decodeTraceColumns(bytes: Uint8Array, originNs: string): DecodedColumns {
  const length = (bytes.length - HEADER_BYTES - TRAILER_BYTES) / ROW_BYTES;
  if (!Number.isInteger(length)) throw new Error('not the binary COPY of trace columns');
  const columns = {
    length,
    originNs,
    spanId: new BigUint64Array(length),
    parentSpanId: new BigUint64Array(length),
    startNs: new Float64Array(length),
    durationNs: new Float64Array(length),
    operation: new Uint32Array(length),
    resource: new Uint32Array(length),
    status: new Uint8Array(length),
  };
  const operations = new Map<number, number>();
  const resources = new Map<number, number>();
  const originHigh = Number(BigInt(originNs) >> 32n);
  const originLow = Number(BigInt.asUintN(32, BigInt(originNs)));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0, at = HEADER_BYTES + 6; i < length; i++, at += ROW_BYTES) {
    columns.spanId[i] = view.getBigUint64(at);
    columns.parentSpanId[i] = view.getBigUint64(at + 8);
    // Halves apart: their difference is exact where a double could not hold the time itself.
    columns.startNs[i] = (view.getInt32(at + 16) - originHigh) * 2 ** 32 + (view.getUint32(at + 20) - originLow);
    columns.durationNs[i] = view.getInt32(at + 24) * 2 ** 32 + view.getUint32(at + 28);
    const high = view.getUint32(at + 32);
    const low = view.getUint32(at + 36);
    columns.operation[i] = numbered(operations, high >>> 2);
    columns.resource[i] = numbered(resources, ((high & 3) << 30) | (low >>> 2));
    columns.status[i] = low & 3;
  }
  return { columns, operationIds: [...operations.keys()] };
}

function numbered(numbers: Map<number, number>, id: number): number {
  let number = numbers.get(id);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(id, number);
  }
  return number;
}

/** `more` behind `columns`, in columns of their own. Operations and resources of both are numbered alike: one source for both. */
export function appendColumns(columns: TraceColumns, more: TraceColumns): TraceColumns {
  const operations = [...columns.operations];
  const indexOf = new Map(operations.map((operation, i) => [keyOf(operation), i]));
  const translated = more.operations.map((operation) => {
    const known = indexOf.get(keyOf(operation));
    if (known !== undefined) return known;
    indexOf.set(keyOf(operation), operations.length);
    return operations.push(operation) - 1;
  });
  const length = columns.length + more.length;
  const joined = <T extends Float64Array | Uint32Array | Uint8Array | BigUint64Array>(a: T, b: T): T => {
    const both = new (a.constructor as new (length: number) => T)(length);
    both.set(a as never);
    both.set(b as never, columns.length);
    return both;
  };
  const shiftNs = Number(BigInt(more.originNs) - BigInt(columns.originNs));
  return {
    length,
    originNs: columns.originNs,
    spanId: joined(columns.spanId, more.spanId),
    parentSpanId: joined(columns.parentSpanId, more.parentSpanId),
    startNs: joined(columns.startNs, shiftNs === 0 ? more.startNs : more.startNs.map((ns) => ns + shiftNs)),
    durationNs: joined(columns.durationNs, more.durationNs),
    operation: joined(
      columns.operation,
      more.operation.map((operation) => translated[operation] as number),
    ),
    resource: joined(columns.resource, more.resource),
    status: joined(columns.status, more.status),
    operations,
  };
}

function keyOf({ service, name, kind }: OperationRef): string {
  return `${kind}\0${service}\0${name}`;
}

/** Start and end relative to the origin; a span that ends before it starts takes no time. */
export function boundsOf(columns: TraceColumns, span: number): [startNs: number, endNs: number] {
  const start = columns.startNs[span] as number;
  return [start, start + Math.max(columns.durationNs[span] as number, 0)];
}
