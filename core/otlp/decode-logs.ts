/**
 * Decodes an OTLP ExportLogsServiceRequest (protobuf) into columns. As with spans, what no column holds is checked and kept
 * verbatim. Source: opentelemetry-proto 1.11, logs/v1/logs.proto.
 */
import { EVALUATION_EVENT, readEvaluation } from '../dialects/evaluation-event';
import { ByteTable, copyBytes } from '../model/byte-table';
import type { SentEvaluation } from '../model/evaluation';
import { GrowingBytes, grown } from '../model/growing';
import { isZero, SPAN_ID_BYTES, TRACE_ID_BYTES } from '../model/ids';
import { plainValue } from '../model/json-types';
import { LOG_HAS_TIME, LOG_MESSAGE_IS_BODY, LOG_SEVERITY_FROM_TEXT, type LogBatch, NO_TRACE } from '../model/log-batch';
import { levelNamed, severitiesOf } from '../model/log-level';
import { withoutNul } from '../model/nul';
import { RecordPartsBuilder } from '../model/record-parts';
import { MAX_NAME_CHARS, shortName } from '../model/short-name';
import { checkAnyValue, checkKeyValue } from './check-body';
import { COST, DecodeBudget } from './decode-budget';
import { Envelopes, type RecordOwner } from './envelope';
import { decodeLogBody, readAnyValue } from './proto-to-json';
import { isPossibleTime } from './sent-times';
import { WIRE_BYTES, WIRE_FIXED32, WIRE_FIXED64, WIRE_VARINT, WireReader } from './wire-reader';

export interface DecodedLogs {
  readonly batch: LogBatch;
  /** What decoding charged, in bytes. */
  readonly cost: number;
  /** Records left out. */
  readonly rejected: number;
  /** Why the first of them was left out; empty when none was. */
  readonly rejectedReason: string;
  /** What the sender should know of records that are kept; empty: nothing. */
  readonly notice: string;
}

/** What a list shows of a body; longer ones are kept whole beside it. */
const MAX_MESSAGE_BYTES = 1024;
/** It is read as objects, and written as the message. */
const BODY_COST = 3 * COST.item;
const BYTES_PER_RECORD = 150;
/** A longer text is no name of a level. */
const MAX_LEVEL_BYTES = 16;
const BAD_TRACE_ID = 1;
const BAD_SPAN_ID = 2;
const MAX_INT64 = 0x7fff_ffff_ffff_ffffn;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder();

/**
 * @param digest names the request (see LogBatch)
 * @param nowNs for records that say no time, epoch nanoseconds
 * @param placesTimes whether records with times that cannot be true are placed where they were observed, else now
 * @throws WireError when `bytes` is not an ExportLogsServiceRequest, SpoorError PAYLOAD_TOO_LARGE
 */
export function decodeLogs(bytes: Uint8Array, digest: Uint8Array, nowNs: bigint, placesTimes = false): DecodedLogs {
  return new LogDecoder(bytes, nowNs, placesTimes).decode(digest);
}

class LogDecoder {
  private length = 0;
  private trace: Uint32Array;
  private readonly traceIds = new ByteTable(16, 256);
  private spanId: Uint8Array;
  private timeNs: BigInt64Array;
  private observedNs: BigInt64Array;
  private severity: Uint8Array;
  private flags: Uint8Array;
  private resourceOf: Uint32Array;
  private scopeOf: Uint32Array;
  private eventName: Uint32Array;
  private messageEnd: Uint32Array;
  private readonly message = new GrowingBytes();
  private readonly eventNames = new Map<string, number>();
  private readonly parts: RecordPartsBuilder;
  private readonly checker: WireReader;
  private readonly budget = new DecodeBudget();
  private readonly evaluations: SentEvaluation[] = [];
  private rejected = 0;
  private rejectedReason = '';
  private withoutTraceId = 0;
  private withoutSpanId = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly nowNs: bigint,
    private readonly placesTimes: boolean,
  ) {
    const capacity = Math.max(16, Math.ceil(bytes.length / BYTES_PER_RECORD));
    this.trace = new Uint32Array(capacity);
    this.spanId = new Uint8Array(capacity * SPAN_ID_BYTES);
    this.timeNs = new BigInt64Array(capacity);
    this.observedNs = new BigInt64Array(capacity);
    this.severity = new Uint8Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.resourceOf = new Uint32Array(capacity);
    this.scopeOf = new Uint32Array(capacity);
    this.eventName = new Uint32Array(capacity);
    this.messageEnd = new Uint32Array(capacity);
    this.parts = new RecordPartsBuilder(capacity, bytes.length);
    this.checker = new WireReader(bytes, 0, bytes.length, this.budget);
  }

  decode(digest: Uint8Array): DecodedLogs {
    const envelopes = new Envelopes(this.bytes, null, this.budget);
    envelopes.each((reader, owner) => this.record(reader, owner));
    const n = this.length;
    return {
      batch: {
        signal: 'logs',
        length: n,
        digest,
        trace: this.trace.slice(0, n),
        traceId: this.traceIds.bytes.slice(0, this.traceIds.count * TRACE_ID_BYTES),
        spanId: this.spanId.slice(0, n * SPAN_ID_BYTES),
        timeNs: this.timeNs.slice(0, n),
        observedNs: this.observedNs.slice(0, n),
        severity: this.severity.slice(0, n),
        flags: this.flags.slice(0, n),
        resource: this.resourceOf.slice(0, n),
        scope: this.scopeOf.slice(0, n),
        eventName: this.eventName.slice(0, n),
        messageEnd: this.messageEnd.slice(0, n),
        message: this.message.finish(),
        eventNames: [...this.eventNames.keys()],
        parts: this.parts.finish(),
        resources: envelopes.resources,
        scopes: envelopes.scopes,
        evaluations: this.evaluations,
      },
      cost: this.budget.spent,
      rejected: this.rejected,
      rejectedReason: this.rejectedReason,
      notice: this.notice(),
    };
  }

  private notice(): string {
    const { withoutTraceId, withoutSpanId } = this;
    return [
      withoutTraceId > 0 ? `log records stored without a trace_id, because it is not 16 bytes: ${withoutTraceId}` : '',
      withoutSpanId > 0 ? `log records stored without a span_id, because it is not 8 bytes: ${withoutSpanId}` : '',
    ]
      .filter((one) => one !== '')
      .join('; ');
  }

  private record(reader: WireReader, owner: RecordOwner): void {
    const messageStart = this.message.length;
    const { pos: start, end } = reader;
    let timeNs = 0n;
    let observedNs = 0n;
    let severity = 0;
    let flags = 0;
    let traceIdAt = -1;
    let spanIdAt = -1;
    let eventName = '';
    let badIds = 0;
    let textStart = 0;
    let textEnd = 0;
    while (reader.next()) {
      const { tagStart } = reader;
      let keep = true;
      switch (reader.field) {
        case 1:
          reader.expect(WIRE_FIXED64);
          timeNs = reader.fixed64();
          keep = timeNs !== 0n && !this.isPossible(timeNs);
          break;
        case 2:
          reader.expect(WIRE_VARINT);
          severity = reader.uint32();
          // A column of 8 bits: what does not fit stays in the message as it was sent.
          keep = severity > 0xff;
          break;
        case 3: {
          reader.expect(WIRE_BYTES);
          const length = reader.skipLengthDelimited();
          textEnd = reader.pos;
          textStart = textEnd - length;
          break;
        }
        case 5: {
          reader.expect(WIRE_BYTES);
          this.message.truncate(messageStart);
          if (this.body(reader)) flags |= LOG_MESSAGE_IS_BODY;
          else flags &= ~LOG_MESSAGE_IS_BODY;
          keep = (flags & LOG_MESSAGE_IS_BODY) === 0;
          break;
        }
        case 6: {
          reader.expect(WIRE_BYTES);
          const length = reader.skipLengthDelimited();
          this.parts.list(this.attribute(reader.pos - length, reader.pos));
          keep = false;
          break;
        }
        case 7:
          reader.expect(WIRE_VARINT);
          reader.skip();
          break;
        case 8:
          reader.expect(WIRE_FIXED32);
          reader.skip();
          break;
        case 9:
        case 10: {
          reader.expect(WIRE_BYTES);
          const length = reader.skipLengthDelimited();
          const at = reader.pos - length;
          const full = reader.field === 9 ? TRACE_ID_BYTES : SPAN_ID_BYTES;
          // No id, or one of zeros: not part of a trace. Neither is one that is no id, which logs.proto says of it.
          const isNone = isZero(this.bytes, at, length);
          const found = length === full && !isNone ? at : -1;
          if (length !== full && !isNone) badIds |= reader.field === 9 ? BAD_TRACE_ID : BAD_SPAN_ID;
          if (reader.field === 9) traceIdAt = found;
          else spanIdAt = found;
          keep = false;
          break;
        }
        case 11:
          reader.expect(WIRE_FIXED64);
          observedNs = reader.fixed64();
          // No column holds it.
          keep = this.placesTimes && observedNs > MAX_INT64;
          break;
        case 12:
          reader.expect(WIRE_BYTES);
          eventName = reader.string();
          keep = eventName.length > MAX_NAME_CHARS || eventName.includes('\0');
          eventName = shortName(eventName);
          break;
        default:
          reader.skip();
      }
      if (keep) this.parts.keep(this.bytes, tagStart, reader.pos);
    }
    if (!this.placesTimes && (timeNs > MAX_INT64 || observedNs > MAX_INT64)) {
      this.rejected++;
      this.rejectedReason ||= 'log record: the time lies beyond the year 2262';
      this.parts.cancel();
      this.message.truncate(messageStart);
      return;
    }
    if ((badIds & BAD_TRACE_ID) !== 0) this.withoutTraceId++;
    if ((badIds & BAD_SPAN_ID) !== 0) this.withoutSpanId++;
    if (severity === 0 && textEnd > textStart && textEnd - textStart <= MAX_LEVEL_BYTES) {
      const level = levelNamed(utf8Decoder.decode(this.bytes.subarray(textStart, textEnd)));
      if (level !== null && level !== 'unset') {
        severity = severitiesOf(level).least;
        flags |= LOG_SEVERITY_FROM_TEXT;
      }
    }
    const knowsTime = timeNs !== 0n && this.isPossible(timeNs);
    if (knowsTime) flags |= LOG_HAS_TIME;
    else if (this.placesTimes) timeNs = 0n;
    if (eventName === EVALUATION_EVENT && traceIdAt >= 0) {
      const evaluation = readEvaluation(decodeLogBody(this.bytes.subarray(start, end)).attributes);
      if (evaluation) this.evaluations.push({ row: this.length, ...evaluation });
    }
    this.commit(owner, { timeNs, observedNs, severity, flags, traceIdAt, spanIdAt, eventName });
  }

  private commit(
    owner: RecordOwner,
    record: {
      timeNs: bigint;
      observedNs: bigint;
      severity: number;
      flags: number;
      traceIdAt: number;
      spanIdAt: number;
      eventName: string;
    },
  ): void {
    const i = this.length++;
    this.grow(this.length);
    this.trace[i] = NO_TRACE;
    if (record.traceIdAt >= 0) {
      const end = record.traceIdAt + TRACE_ID_BYTES;
      const known = this.traceIds.find(this.bytes, record.traceIdAt, end);
      this.trace[i] = known >= 0 ? known : this.traceIds.add(this.bytes, record.traceIdAt, end);
    }
    if (record.spanIdAt >= 0) {
      copyBytes(this.bytes, record.spanIdAt, record.spanIdAt + SPAN_ID_BYTES, this.spanId, i * SPAN_ID_BYTES);
    }
    const observed = record.observedNs !== 0n && this.isPossible(record.observedNs) ? record.observedNs : 0n;
    this.timeNs[i] = record.timeNs || observed || this.nowNs;
    this.observedNs[i] = record.observedNs > MAX_INT64 ? 0n : record.observedNs;
    this.severity[i] = record.severity > 0xff ? 0 : record.severity;
    this.flags[i] = record.flags;
    this.resourceOf[i] = owner.resource;
    this.scopeOf[i] = owner.scope;
    this.eventName[i] = this.eventNameIndex(record.eventName);
    this.messageEnd[i] = this.message.length;
    this.parts.commit();
  }

  private isPossible(ns: bigint): boolean {
    return !this.placesTimes || isPossibleTime(ns, this.nowNs);
  }

  private eventNameIndex(name: string): number {
    const known = this.eventNames.get(name);
    if (known !== undefined) return known;
    this.eventNames.set(name, this.eventNames.size);
    return this.eventNames.size - 1;
  }

  /** Adds the message of a body. @returns whether the message is all of it */
  private body(reader: WireReader): boolean {
    this.budget.charge(BODY_COST);
    const body = reader.message();
    this.checker.reset(body.pos, body.end);
    checkAnyValue(this.checker, 0);
    const value = readAnyValue(new WireReader(this.bytes, body.pos, body.end));
    const text = 'stringValue' in value ? (value.stringValue as string) : null;
    if (text !== null && isOnlyString(body) && !text.includes('\0')) {
      const [start, end] = stringRange(new WireReader(this.bytes, body.pos, body.end));
      if (end - start <= MAX_MESSAGE_BYTES && isUtf8(this.bytes.subarray(start, end))) {
        this.message.add(this.bytes, start, end);
        return true;
      }
    }
    const plain = text ?? (Object.keys(value).length === 0 ? '' : JSON.stringify(plainValue(value)));
    this.message.add(utf8.encode(cut(withoutNul(plain))));
    return false;
  }

  private attribute(start: number, end: number): number {
    this.budget.charge(COST.item);
    const known = this.parts.findAttribute(this.bytes, start, end);
    if (known >= 0) return known;
    this.checker.reset(start, end);
    checkKeyValue(this.checker, 0);
    return this.parts.addAttribute(this.bytes, start, end);
  }

  private grow(length: number): void {
    this.trace = grown(this.trace, length);
    this.spanId = grown(this.spanId, length * SPAN_ID_BYTES);
    this.timeNs = grown(this.timeNs, length);
    this.observedNs = grown(this.observedNs, length);
    this.severity = grown(this.severity, length);
    this.flags = grown(this.flags, length);
    this.resourceOf = grown(this.resourceOf, length);
    this.scopeOf = grown(this.scopeOf, length);
    this.eventName = grown(this.eventName, length);
    this.messageEnd = grown(this.messageEnd, length);
  }
}

/** Whether an AnyValue message is one string and nothing else, so that the string says all. */
function isOnlyString({ bytes, pos, end }: WireReader): boolean {
  const reader = new WireReader(bytes, pos, end);
  if (!reader.next() || reader.field !== 1) return false;
  reader.skip();
  return reader.pos === end;
}

function stringRange(reader: WireReader): [number, number] {
  reader.next();
  const length = reader.skipLengthDelimited();
  return [reader.pos - length, reader.pos];
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The first characters of a text, whole ones. */
function cut(text: string): string {
  const max = Math.floor(MAX_MESSAGE_BYTES / 3);
  if (text.length <= max) return text;
  const end = text.charCodeAt(max - 1) >= 0xd800 && text.charCodeAt(max - 1) < 0xdc00 ? max - 1 : max;
  return text.slice(0, end);
}
