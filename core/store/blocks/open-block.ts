/**
 * What is known of the spans of one block, gathered while they come: which attributes, operations, resources and scopes they
 * have and how often, how long they took minute by minute, and a filter over the words and values that stand in payloads.
 */
import { LatencySketch } from '../../model/latency-sketch';
import { NS_PER_MINUTE } from '../../model/time';
import { WIRE_BYTES, WireError, WireReader } from '../../otlp/wire-reader';
import { bloomOf } from '../../search/bloom';
import { HashSet } from '../../search/hash-set';
import { eachWordHash, hashValue } from '../../search/words';
import { RAW_IN_PAYLOAD, REST_IN_PAYLOAD, valueStart } from '../dictionary/part-ids';
import { TermCounts } from './block-terms';
import type { Callee } from './edge-finder';

/** AnyValue: string_value, array_value, kvlist_value; ArrayValue and KeyValueList: values; KeyValue: key, value. */
const ANY_STRING = 1;
const ANY_ARRAY = 5;
const ANY_KVLIST = 6;
const KEY_VALUE_VALUE = 2;
/** Of Span: events and status; of an event: name and attributes; of a status: message. */
const SPAN_NAME = 5;
const SPAN_EVENT = 11;
const SPAN_STATUS = 15;
const EVENT_NAME = 2;
const EVENT_ATTRIBUTE = 3;
const STATUS_MESSAGE = 2;
const MAX_DEPTH = 16;

export interface BlockSpan {
  readonly startNs: bigint;
  readonly durationNs: bigint;
  readonly error: boolean;
  /** It has no parent. */
  readonly isRoot: boolean;
  readonly operationId: number;
  readonly resourceId: number;
  /** 0: none is known. */
  readonly deploymentId: number;
  readonly scopeId: number;
}

/** What one operation did in one minute, as far as it came from one deployment, and began traces or did not. */
export interface OperationMinute {
  readonly operationId: number;
  readonly deploymentId: number;
  /** Of spans without a parent. */
  readonly isRoot: boolean;
  /** Since the epoch. */
  readonly minute: number;
  spans: number;
  errors: number;
  durationNs: bigint;
  readonly sketch: LatencySketch;
  /** The same of another deployment, or of spans that have a parent where these have none. */
  readonly next: OperationMinute | null;
}

export interface ServiceEdge {
  readonly callerId: number;
  readonly calleeId: number;
  /** Of the called span, since the epoch. */
  readonly minute: number;
  /** Of the called span; 0: none is known. */
  readonly deploymentId: number;
  calls: number;
  errors: number;
  /** Of the calls whose duration is known, as the sketch. */
  durationNs: bigint;
  readonly sketch: LatencySketch;
}

export class OpenBlock {
  spans = 0;
  errors = 0;
  firstStartNs = 0n;
  lastStartNs = 0n;
  longestNs = 0n;
  /** Spans that it counts were taken out: its rows say what there is, but for calls. */
  isBehind = false;
  /** When its last span arrived, in milliseconds since the epoch; of a block read again: at the latest. */
  lastAt = 0;
  readonly attributes = new TermCounts();
  readonly operations = new TermCounts();
  readonly resources = new TermCounts();
  readonly scopes = new TermCounts();
  readonly edges = new Map<string, ServiceEdge>();
  private readonly minutes = new Map<number, Map<number, OperationMinute>>();
  /** The minute of the span before, which is mostly that of the next. */
  private minute = 0;
  private minuteFromNs = 0n;
  private minuteToNs = 0n;
  private currentMinute = new Map<number, OperationMinute>();
  private readonly hashes = new HashSet();
  private readonly addHash = (hash: number): void => this.hashes.add(hash);

  /** @param indexesText whether the words of a key's values are searched; values can be looked up whole in any case */
  constructor(
    readonly id: number,
    private readonly indexesText: (keyId: number) => boolean,
  ) {}

  /** @returns the minute of its start, since the epoch */
  addSpan({ startNs, durationNs, error, isRoot, operationId, resourceId, deploymentId, scopeId }: BlockSpan): number {
    if (this.spans === 0 || startNs < this.firstStartNs) this.firstStartNs = startNs;
    if (this.spans === 0 || startNs > this.lastStartNs) this.lastStartNs = startNs;
    if (durationNs > this.longestNs) this.longestNs = durationNs;
    this.spans++;
    if (error) this.errors++;
    this.operations.add(operationId);
    this.resources.add(resourceId);
    this.scopes.add(scopeId);
    const operations = this.minuteOf(startNs);
    const first = operations.get(operationId) ?? null;
    let entry = first;
    while (entry && (entry.deploymentId !== deploymentId || entry.isRoot !== isRoot)) entry = entry.next;
    if (!entry) {
      const counts = { spans: 0, errors: 0, durationNs: 0n, sketch: new LatencySketch() };
      entry = { operationId, deploymentId, isRoot, minute: this.minute, ...counts, next: first };
      operations.set(operationId, entry);
    }
    entry.spans++;
    if (error) entry.errors++;
    if (durationNs > 0n) entry.durationNs += durationNs;
    entry.sketch.add(Number(durationNs));
    return entry.minute;
  }

  /** A call from one service to another, of which the later span is in this block. */
  readonly addCall = (callerId: number, callee: Callee): void => this.countCall(callerId, callee, 1);

  countCall(callerId: number, { serviceId, minute, deploymentId, error, durationNs }: Callee, sign: 1 | -1): void {
    const key = `${callerId}.${serviceId}.${minute}.${deploymentId}`;
    let edge = this.edges.get(key);
    if (!edge) {
      const counts = { calls: 0, errors: 0, durationNs: 0n, sketch: new LatencySketch() };
      edge = { callerId, calleeId: serviceId, minute, deploymentId, ...counts };
      this.edges.set(key, edge);
    }
    edge.calls += sign;
    if (error) edge.errors += sign;
    // Below zero it is unknown.
    edge.sketch.add(Number(durationNs), sign);
    if (durationNs > 0n) edge.durationNs += sign === 1 ? durationNs : -durationNs;
    if (edge.calls === 0) this.edges.delete(key);
  }

  /** Indexes a part that stands in a payload. @param element what the span's `attributes` say of it, at most 0 */
  addPart(element: number, bytes: Uint8Array, start: number, end: number): void {
    try {
      if (element === REST_IN_PAYLOAD) this.rest(new WireReader(bytes, start, end));
      else if (element === RAW_IN_PAYLOAD) this.keyValue(new WireReader(bytes, start, end), 0);
      else this.value(-element, bytes, start, end);
    } catch (error) {
      // What an encoder may not have written is kept as it came, and not found by its words.
      if (!(error instanceof WireError)) throw error;
    }
  }

  /** The same part as a whole KeyValue message, before it is cut for the payload. */
  addMessage(element: number, bytes: Uint8Array, start: number, end: number): void {
    this.addPart(element, bytes, element < REST_IN_PAYLOAD ? valueStart(bytes, start, end) : start, end);
  }

  operationMinutes(): OperationMinute[] {
    return [...this.minutes.values()].flatMap((operations) => [...operations.values()].flatMap(listed));
  }

  bloom(): Uint8Array {
    return bloomOf(this.hashes.values());
  }

  private minuteOf(startNs: bigint): Map<number, OperationMinute> {
    if (startNs >= this.minuteFromNs && startNs < this.minuteToNs) return this.currentMinute;
    const minute = startNs / NS_PER_MINUTE;
    this.minute = Number(minute);
    this.minuteFromNs = minute * NS_PER_MINUTE;
    this.minuteToNs = this.minuteFromNs + NS_PER_MINUTE;
    this.currentMinute = this.minutes.get(this.minute) ?? new Map();
    this.minutes.set(this.minute, this.currentMinute);
    return this.currentMinute;
  }

  private value(keyId: number, bytes: Uint8Array, start: number, end: number): void {
    this.hashes.add(hashValue(keyId, bytes, start, end));
    const reader = new WireReader(bytes, start, end);
    const isText = this.indexesText(keyId);
    while (reader.next()) {
      if (reader.field === ANY_ARRAY && reader.wireType === WIRE_BYTES) {
        // An array is equal to a value when one of its elements is.
        const values = reader.message();
        while (values.next()) {
          const size = values.skipLengthDelimited();
          this.hashes.add(hashValue(keyId, bytes, values.pos - size, values.pos));
          if (isText) this.anyValue(new WireReader(bytes, values.pos - size, values.pos), 1);
        }
      } else if (isText) this.field(reader, 0);
      else reader.skip();
    }
  }

  private anyValue(reader: WireReader, depth: number): void {
    while (reader.next()) this.field(reader, depth);
  }

  /** One field of an AnyValue. */
  private field(reader: WireReader, depth: number): void {
    if (reader.wireType !== WIRE_BYTES || depth > MAX_DEPTH) reader.skip();
    else if (reader.field === ANY_STRING) this.text(reader);
    else if (reader.field === ANY_ARRAY) {
      const values = reader.message();
      while (values.next()) this.anyValue(values.message(), depth + 1);
    } else if (reader.field === ANY_KVLIST) {
      const values = reader.message();
      while (values.next()) this.keyValue(values.message(), depth + 1);
    } else reader.skip();
  }

  private keyValue(reader: WireReader, depth: number): void {
    while (reader.next()) {
      if (reader.field === KEY_VALUE_VALUE && reader.wireType === WIRE_BYTES) this.anyValue(reader.message(), depth);
      else reader.skip();
    }
  }

  private rest(reader: WireReader): void {
    while (reader.next()) {
      if (reader.wireType === WIRE_BYTES && reader.field === SPAN_NAME) {
        this.text(reader);
        continue;
      }
      if (reader.wireType !== WIRE_BYTES || (reader.field !== SPAN_EVENT && reader.field !== SPAN_STATUS)) {
        reader.skip();
        continue;
      }
      const isEvent = reader.field === SPAN_EVENT;
      const inner = reader.message();
      while (inner.next()) {
        if (inner.wireType === WIRE_BYTES && inner.field === (isEvent ? EVENT_NAME : STATUS_MESSAGE)) this.text(inner);
        else if (isEvent && inner.wireType === WIRE_BYTES && inner.field === EVENT_ATTRIBUTE) {
          this.keyValue(inner.message(), 0);
        } else inner.skip();
      }
    }
  }

  private text(reader: WireReader): void {
    const size = reader.skipLengthDelimited();
    eachWordHash(reader.bytes, reader.pos - size, reader.pos, this.addHash);
  }
}

function listed(first: OperationMinute): OperationMinute[] {
  const all: OperationMinute[] = [];
  for (let one: OperationMinute | null = first; one; one = one.next) all.push(one);
  return all;
}
