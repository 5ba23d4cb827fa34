/**
 * Times that say nothing of when a span was: not set, in milliseconds or microseconds, or far in the future. Such a span is placed
 * where it arrived, and what was sent is kept in a field of its own among the fields that no column holds.
 */
import { SPAN_ID_BYTES } from '../model/ids';
import type { SpanBatch } from '../model/span-batch';
import { WIRE_BYTES, WIRE_FIXED64, WireReader } from './wire-reader';
import { WireWriter } from './wire-writer';

/** Of a Span message: what was sent as its times. No number that OpenTelemetry will ever give a field. */
const SENT_TIMES = 100_007;
const SENT_START = 1;
const SENT_END = 2;
/** The year 2000. Counted in anything longer than nanoseconds, today lies before it. */
const EARLIEST_NS = 946_684_800_000_000_000n;
/** Clocks are wrong by days, and ours may be the one. */
const AHEAD_NS = 30n * 86_400_000_000_000n;

export interface SentTimes {
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/** Whether something that was received can have been then. */
export function isPossibleTime(ns: bigint, receivedNs: bigint): boolean {
  return ns >= EARLIEST_NS && ns <= receivedNs + AHEAD_NS;
}

/**
 * What was sent as a time of a log record or a data point, where it is kept in its message because it is not what it is placed by.
 * @param field of the message that holds it
 */
export function keptTime(message: Uint8Array, field: number): bigint | null {
  let sent: bigint | null = null;
  const reader = new WireReader(message);
  while (reader.next()) {
    if (reader.field === field && reader.wireType === WIRE_FIXED64) sent = reader.fixed64();
    else reader.skip();
  }
  return sent;
}

/** Places the spans of one request. */
export class SpanClock {
  private readonly unplaced: number[] = [];

  constructor(private readonly receivedNs: bigint) {}

  /** @returns what is known of the span's times, or null where they can be what they say */
  check(row: number, startNs: bigint, endNs: bigint): (SentTimes & { readonly sent: Uint8Array }) | null {
    const knowsStart = this.isPossible(startNs);
    const knowsEnd = this.isPossible(endNs);
    if (knowsStart && (knowsEnd || endNs === 0n)) return null;
    const sent = sentTimesField({ startNs, endNs });
    // One end does not say how long it took: like a span that is not finished, it has no duration.
    if (knowsStart) return { startNs, endNs: 0n, sent };
    if (knowsEnd) return { startNs: endNs, endNs: 0n, sent };
    this.unplaced.push(row);
    return { startNs: this.receivedNs, endNs: 0n, sent };
  }

  /** Spans of which no time is known start with their parents, else with their traces, as far as these are in the batch. */
  place(batch: SpanBatch): void {
    if (this.unplaced.length === 0) return;
    const unplaced = new Set(this.unplaced);
    const traces = new Set(this.unplaced.map((row) => batch.trace[row] as number));
    const earliest = new Map<number, bigint>();
    const placed = new Map<string, bigint>();
    for (let row = 0; row < batch.length; row++) {
      const trace = batch.trace[row] as number;
      if (unplaced.has(row) || !traces.has(trace)) continue;
      const startNs = batch.startNs[row] as bigint;
      placed.set(keyOf(trace, batch.spanId, row), startNs);
      const known = earliest.get(trace);
      if (known === undefined || startNs < known) earliest.set(trace, startNs);
    }
    for (const row of this.unplaced) {
      const trace = batch.trace[row] as number;
      const startNs = placed.get(keyOf(trace, batch.parentSpanId, row)) ?? earliest.get(trace);
      if (startNs !== undefined) batch.startNs[row] = startNs;
    }
  }

  private isPossible(ns: bigint): boolean {
    return isPossibleTime(ns, this.receivedNs);
  }
}

function keyOf(trace: number, ids: Uint8Array, row: number): string {
  const view = new DataView(ids.buffer, ids.byteOffset);
  return `${trace} ${view.getBigUint64(row * SPAN_ID_BYTES)}`;
}

function sentTimesField({ startNs, endNs }: SentTimes): Uint8Array {
  const writer = new WireWriter(32);
  writer.message(SENT_TIMES, (times) => {
    times.fixed64(SENT_START, startNs);
    times.fixed64(SENT_END, endNs);
  });
  return writer.finish();
}

/** What was sent as the times of a span, where that is not what it is placed by. @param message the fields that no column holds */
export function readSentTimes(message: Uint8Array): SentTimes | null {
  let sent: SentTimes | null = null;
  const reader = new WireReader(message);
  while (reader.next()) {
    if (reader.field !== SENT_TIMES || reader.wireType !== WIRE_BYTES) {
      reader.skip();
      continue;
    }
    let startNs = 0n;
    let endNs = 0n;
    const times = reader.message();
    while (times.next()) {
      if (times.field === SENT_START) startNs = times.fixed64();
      else if (times.field === SENT_END) endNs = times.fixed64();
      else times.skip();
    }
    sent = { startNs, endNs };
  }
  return sent;
}

/** The same message without them. */
export function withoutSentTimes(message: Uint8Array): Uint8Array {
  const rest = new WireWriter(message.length);
  const reader = new WireReader(message);
  while (reader.next()) {
    const start = reader.tagStart;
    const isSentTimes = reader.field === SENT_TIMES && reader.wireType === WIRE_BYTES;
    reader.skip();
    if (!isSentTimes) rest.raw(message.subarray(start, reader.pos));
  }
  return rest.finish();
}
