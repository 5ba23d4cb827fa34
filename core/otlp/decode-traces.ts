/**
 * Decodes an OTLP ExportTraceServiceRequest (protobuf) straight into columns. Every byte is checked: a message that a
 * conforming encoder cannot have written throws `WireError`; a span that breaks the data model is left out and counted.
 * Source: opentelemetry-proto 1.11, trace/v1/trace.proto.
 */
import { EVALUATION_EVENT, readEvaluation } from '../dialects/evaluation-event';
import { type AgentAttribute, agentAttribute, isAgentKey, isToldByName, readSpanFacts } from '../dialects/span-facts';
import type { SentEvaluation } from '../model/evaluation';
import { isZero, SPAN_ID_BYTES, TRACE_ID_BYTES } from '../model/ids';
import { MAX_NAME_CHARS, shortName } from '../model/short-name';
import type { SpanBatch } from '../model/span-batch';
import { AgentColumns } from './agent-columns';
import { checkKeyValue, checkSpanField } from './check-body';
import { COST, DecodeBudget } from './decode-budget';
import { Envelopes, type RecordOwner } from './envelope';
import { readEvent, readKeyValue, readStatus } from './proto-to-json';
import type { ResourceAttribute } from './resource-attribute';
import { SpanClock } from './sent-times';
import { SpanBatchBuilder } from './span-batch-builder';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT, WireReader } from './wire-reader';

export interface DecodedTraces {
  readonly batch: SpanBatch;
  /** What decoding charged, in bytes. */
  readonly cost: number;
  /** Spans left out. */
  readonly rejected: number;
  /** Why the first of them was left out; empty when none was. */
  readonly rejectedReason: string;
  /** What the sender should know of spans that are kept; empty: nothing. */
  readonly notice: string;
}

/** Tag of KeyValue.key. */
const KEY_TAG = (1 << 3) | WIRE_BYTES;
/** Span.events */
const EVENT_FIELD = 11;
const MAX_INT64 = 0x7fff_ffff_ffff_ffffn;
/** What readers of other formats write for a time that does not fit. */
const NO_MOMENT = 0xffff_ffff_ffff_ffffn;

/** @param attribute of every resource, whatever the sender says @throws WireError when `bytes` is not an ExportTraceServiceRequest, SpoorError PAYLOAD_TOO_LARGE */
export function decodeTraces(
  bytes: Uint8Array,
  attribute: ResourceAttribute | null = null,
  budget: DecodeBudget = new DecodeBudget(),
  /** When they arrived, in epoch nanoseconds; null: times are what they say. */
  receivedNs: bigint | null = null,
): DecodedTraces {
  const decoder = new TraceDecoder(bytes, attribute, budget, receivedNs === null ? null : new SpanClock(receivedNs));
  return decoder.decode();
}

function shownName(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}

class TraceDecoder {
  private readonly bytes: Uint8Array;
  private readonly builder: SpanBatchBuilder;
  /** Walks over what is stored verbatim: it is checked now, while the sender can still be told. */
  private readonly checker: WireReader;
  private readonly agents = new AgentColumns();
  private readonly evaluations: SentEvaluation[] = [];
  /** Parts whose key matters to a dialect. */
  private readonly agentParts = new Map<number, AgentAttribute>();
  private rejected = 0;
  private rejectedReason = '';
  private withoutParent = 0;
  private firstWithoutParent = '';

  constructor(
    bytes: Uint8Array,
    private readonly resourceAttribute: ResourceAttribute | null,
    private readonly budget: DecodeBudget,
    private readonly clock: SpanClock | null,
  ) {
    this.bytes = bytes;
    this.builder = new SpanBatchBuilder(bytes.length);
    this.checker = new WireReader(bytes, 0, bytes.length, budget);
  }

  decode(): DecodedTraces {
    const envelopes = new Envelopes(this.bytes, this.resourceAttribute, this.budget);
    envelopes.each((reader, owner) => this.span(reader, owner));
    const batch = this.builder.finish(envelopes, this.agents.finish(this.builder.length), this.evaluations);
    this.clock?.place(batch);
    return {
      batch,
      cost: this.budget.spent,
      rejected: this.rejected,
      rejectedReason: this.rejectedReason,
      notice: this.notice(),
    };
  }

  private notice(): string {
    if (this.withoutParent === 0) return '';
    const others = this.withoutParent > 1 ? ` and ${this.withoutParent - 1} more` : '';
    return `stored without a parent, because parent_span_id is not 8 bytes: span ${this.firstWithoutParent}${others}`;
  }

  private span(reader: WireReader, { resource, scope, serviceName, scopeName }: RecordOwner): void {
    const row = this.builder.begin();
    let traceIdAt = -1;
    let spanIdAt = -1;
    let parentAt = -1;
    let hasBadParent = false;
    let invalid = '';
    let name = '';
    let kind = 0;
    let status = 0;
    let startNs = 0n;
    let endNs = 0n;
    let agentAttributes: AgentAttribute[] | null = isToldByName(scopeName) ? [] : null;
    while (reader.next()) {
      const { tagStart } = reader;
      switch (reader.field) {
        case 1:
          reader.expect(WIRE_BYTES);
          traceIdAt = this.id(reader, TRACE_ID_BYTES);
          break;
        case 2:
          reader.expect(WIRE_BYTES);
          spanIdAt = this.id(reader, SPAN_ID_BYTES);
          break;
        case 4: {
          reader.expect(WIRE_BYTES);
          const length = reader.skipLengthDelimited();
          const at = reader.pos - length;
          // An empty parent id means a root; so do zeros.
          const isNone = isZero(this.bytes, at, length);
          parentAt = length === SPAN_ID_BYTES && !isNone ? at : -1;
          hasBadParent = length !== SPAN_ID_BYTES && !isNone;
          break;
        }
        case 5:
          reader.expect(WIRE_BYTES);
          name = reader.string();
          // A column holds no NUL and no more than a name: what was sent stays in the body.
          if (name.length > MAX_NAME_CHARS || name.includes('\0')) {
            this.builder.parts.keep(this.bytes, tagStart, reader.pos);
          }
          break;
        case 6:
          reader.expect(WIRE_VARINT);
          kind = reader.uint32();
          break;
        case 7:
          reader.expect(WIRE_FIXED64);
          startNs = reader.fixed64();
          break;
        case 8:
          reader.expect(WIRE_FIXED64);
          endNs = reader.fixed64();
          break;
        case 9: {
          reader.expect(WIRE_BYTES);
          const length = reader.skipLengthDelimited();
          const start = reader.pos - length;
          const part = this.attribute(start, reader.pos);
          this.builder.parts.list(part);
          const forAgent = this.agentParts.size > 0 && this.agentParts.get(part);
          if (forAgent) {
            agentAttributes ??= [];
            agentAttributes.push(forAgent);
          }
          break;
        }
        case 15:
          checkSpanField(reader);
          status = this.statusCode(tagStart, reader.pos);
          this.builder.parts.keep(this.bytes, tagStart, reader.pos);
          break;
        default: {
          // Checking walks into the field, and the reader with it.
          const isEvent = reader.field === EVENT_FIELD;
          checkSpanField(reader);
          if (isEvent) this.evaluation(row, tagStart, reader.pos);
          this.builder.parts.keep(this.bytes, tagStart, reader.pos);
        }
      }
    }
    if (traceIdAt < 0) invalid ||= 'trace_id is not 16 bytes with at least one that is not zero';
    if (spanIdAt < 0) invalid ||= 'span_id is not 8 bytes with at least one that is not zero';
    // Who knows when it arrived, places it there, whatever its times are.
    const last = this.clock ? NO_MOMENT - 1n : MAX_INT64;
    if (startNs > last || endNs > last) invalid ||= 'the time lies beyond the year 2262';
    if (invalid !== '') {
      this.rejected++;
      this.rejectedReason ||= `span ${shownName(name)}: ${invalid}`;
      this.builder.cancel();
      while (this.evaluations.at(-1)?.row === row) this.evaluations.pop();
      return;
    }
    if (hasBadParent && this.withoutParent++ === 0) this.firstWithoutParent = shownName(name);
    const placed = this.clock?.check(row, startNs, endNs) ?? null;
    if (placed) {
      ({ startNs, endNs } = placed);
      this.builder.parts.keep(placed.sent, 0, placed.sent.length);
    }
    const trace = this.builder.commit({
      ids: this.bytes,
      traceIdAt,
      spanIdAt,
      parentAt,
      startNs,
      endNs,
      status: status > 0x7f ? 0 : status,
      resource,
      scope,
      operation: this.builder.operation(serviceName, shortName(name), kind > 0x7f ? 0 : kind),
    });
    const facts = agentAttributes && readSpanFacts(name, scopeName, agentAttributes);
    if (facts) this.agents.add(row, trace, startNs, facts);
  }

  /** Keeps an event that says how good the span was. */
  private evaluation(row: number, tagStart: number, end: number): void {
    const field = new WireReader(this.bytes, tagStart, end);
    field.next();
    const event = field.message();
    const contents = event.pos;
    while (event.next()) {
      if (event.field !== 2) {
        event.skip();
        continue;
      }
      const length = event.skipLengthDelimited();
      if (length !== EVALUATION_EVENT.length) return;
      const name = new TextDecoder().decode(this.bytes.subarray(event.pos - length, event.pos));
      if (name !== EVALUATION_EVENT) return;
      const { attributes } = readEvent(new WireReader(this.bytes, contents, event.end));
      const evaluation = readEvaluation(attributes);
      if (evaluation) this.evaluations.push({ row, ...evaluation });
      return;
    }
  }

  private statusCode(tagStart: number, end: number): number {
    const field = new WireReader(this.bytes, tagStart, end);
    field.next();
    return readStatus(field.message()).code;
  }

  /** The part of an attribute; it is checked when it is met first. */
  private attribute(start: number, end: number): number {
    this.budget.charge(COST.item);
    const known = this.builder.parts.findAttribute(this.bytes, start, end);
    if (known >= 0) return known;
    this.checker.reset(start, end);
    checkKeyValue(this.checker, 0);
    const part = this.builder.parts.addAttribute(this.bytes, start, end);
    if (this.isAgentAttribute(start, end)) {
      this.agentParts.set(part, agentAttribute(readKeyValue(new WireReader(this.bytes, start, end))));
    }
    return part;
  }

  /** Where an id of exactly `length` bytes begins, or -1 when it has another length or is all zero. */
  private id(reader: WireReader, length: number): number {
    const actual = reader.skipLengthDelimited();
    const at = reader.pos - actual;
    return actual === length && !isZero(this.bytes, at, length) ? at : -1;
  }

  /** Whether a KeyValue message matters to a dialect: its key is looked at where it lies. */
  private isAgentAttribute(start: number, end: number): boolean {
    // Encoders write the key first, with a length below 128.
    if (end - start < 2 || this.bytes[start] !== KEY_TAG) return false;
    const length = this.bytes[start + 1] as number;
    return length < 0x80 && start + 2 + length <= end && isAgentKey(this.bytes, start + 2, start + 2 + length);
  }
}
