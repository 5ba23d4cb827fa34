/** Writes a stored span as the Span message that it came in. */
import type { WireWriter } from './wire-writer';

interface SentSpan {
  /** 32 hex digits. */
  readonly traceId: string;
  /** As SQL stores them; 0: it has no parent. */
  readonly spanId: bigint;
  readonly parentSpanId: bigint;
  readonly startNs: bigint;
  readonly durationNs: bigint;
}

/** Fields in the order of opentelemetry.proto.trace.v1.Span; what its sender said besides follows, and wins. */
export function writeSpanFields(
  span: WireWriter,
  row: SentSpan,
  operation: { readonly name: string; readonly kind: number },
  message: Uint8Array,
): void {
  span.data(1, bytesOfHex(row.traceId));
  span.data(2, bytesOfInt8(row.spanId));
  if (row.parentSpanId !== 0n) span.data(4, bytesOfInt8(row.parentSpanId));
  span.string(5, operation.name);
  if (operation.kind !== 0) span.varint(6, operation.kind);
  span.fixed64(7, row.startNs);
  span.fixed64(8, row.startNs + row.durationNs);
  span.raw(message);
}

const scratch = new DataView(new ArrayBuffer(8));

function bytesOfInt8(value: bigint): Uint8Array {
  scratch.setBigInt64(0, value);
  return new Uint8Array(scratch.buffer);
}

const ids = new Uint8Array(16);
let idText = '';

/** Spans of a trace follow each other. */
function bytesOfHex(hex: string): Uint8Array {
  if (hex !== idText) {
    for (let i = 0; i < 16; i++) ids[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
    idText = hex;
  }
  return ids;
}
