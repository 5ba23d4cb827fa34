/**
 * A recording as one trace. Its processes are the services; each has a span for as long as the recording has something of it, in that
 * one for each of its threads, and in those the slices. That is how Perfetto groups its tracks. Threads are spans and no traces of their
 * own, because arrows and moments lead from one to the other; without spans for them, each of many thousand slices would be a root.
 * Slices of asynchronous operations stand below their process, beside the threads.
 */

import type { DecodeBudget } from '../../otlp/decode-budget';
import { COST } from '../../otlp/decode-budget';
import type { FormatTools } from '../format';
import type { Attributes, Span, SpanGroup, Value } from '../spans';
import { addArgs } from './args';
import type { TraceEvent } from './event';
import { numberOr, type Process, resourceOf } from './process';
import type { Recording } from './recording';
import type { TimeBase } from './time-base';
import type { Slice, Track } from './track';

const KIND_INTERNAL = 1;
const SCOPE = { name: 'chrome-trace', version: '' };

export function* spanGroups(
  recording: Recording,
  traceId: string,
  base: TimeBase,
  hexOf: FormatTools['hexOf'],
  budget: DecodeBudget,
): Iterable<SpanGroup> {
  const writer = new SpanWriter(traceId, base, hexOf, budget);
  for (const process of recording.processes.values()) {
    const spans = writer.spansOf(process);
    if (spans.length > 0) yield { resource: resourceOf(process, base), scope: SCOPE, spans };
  }
}

interface Bounds {
  startNs: bigint;
  endNs: bigint;
}

class SpanWriter {
  constructor(
    private readonly traceId: string,
    private readonly base: TimeBase,
    private readonly hexOf: FormatTools['hexOf'],
    private readonly budget: DecodeBudget,
  ) {}

  spansOf(process: Process): Span[] {
    const tracks = [...process.tracks.values()].map((track) => ({ track, bounds: boundsOf(track) }));
    const bounds = merged([...tracks.map((one) => one.bounds), ...process.instants.map(boundsOfEvent)]);
    if (!bounds) return [];
    const processSpan = this.id(`process ${process.pid}`);
    const loose = tracks.filter(({ track }) => track.tid === null).flatMap(({ track }) => track.instants);
    const spans = [
      this.trackSpan(processSpan, null, process.name || `process ${process.pid}`, bounds, 'process', [
        ...process.instants,
        ...loose,
      ]),
    ];
    for (const { track, bounds: own } of tracks) {
      if (!own) continue;
      const thread = track.tid === null ? [] : threadAttributes(process, track.tid);
      let parent = processSpan;
      if (track.tid !== null) {
        parent = this.id(`thread ${process.pid} ${track.tid}`);
        const name = process.threadNames.get(track.tid) ?? `thread ${track.tid}`;
        spans.push(this.trackSpan(parent, processSpan, name, own, 'thread', track.instants, thread));
      }
      for (const slice of track.slices) spans.push(this.sliceSpan(slice, parent, thread));
    }
    return spans;
  }

  private trackSpan(
    spanId: string,
    parentId: string | null,
    name: string,
    { startNs, endNs }: Bounds,
    kind: string,
    instants: readonly TraceEvent[],
    attributes: Attributes = [],
  ): Span {
    this.budget.charge(COST.record);
    return {
      ...this.spanOf(spanId, parentId, name, startNs, endNs),
      attributes: [['chrome_trace.track', kind], ...attributes],
      events: instants.map((event) => this.eventOf(event)),
      links: [],
    };
  }

  private sliceSpan(slice: Slice, trackId: string, thread: Attributes): Span {
    const { begin, end, parent } = slice;
    const attributes = new Map<string, Value>();
    addArgs(attributes, begin.args, this.budget);
    // An end may add arguments, and say others again.
    if (end) addArgs(attributes, end.args, this.budget);
    for (const [key, value] of thread) attributes.set(key, value);
    if (begin.category !== '') attributes.set('chrome_trace.category', begin.category);
    if (thread.length === 0 && begin.id !== '') attributes.set('chrome_trace.id', begin.id);
    if (slice.isUnfinished) attributes.set('chrome_trace.unfinished', true);
    return {
      ...this.spanOf(this.sliceId(slice), parent ? this.sliceId(parent) : trackId, begin.name, begin.ns, slice.endNs),
      attributes: [...attributes],
      events: slice.instants.map((event) => this.eventOf(event)),
      links: slice.links.map(({ from, flow }) => ({
        traceId: this.traceId,
        spanId: this.sliceId(from),
        attributes: flow.name === '' ? [] : [['chrome_trace.flow', flow.name]],
      })),
    };
  }

  private spanOf(spanId: string, parentId: string | null, name: string, startNs: bigint, endNs: bigint) {
    return {
      traceId: this.traceId,
      spanId,
      parentId,
      traceState: '',
      name,
      kind: KIND_INTERNAL,
      startNs: startNs + this.base.offsetNs,
      endNs: endNs + this.base.offsetNs,
      status: null,
      flags: 0,
    };
  }

  private eventOf(event: TraceEvent): Span['events'][number] {
    const attributes = new Map<string, Value>();
    addArgs(attributes, event.args, this.budget);
    if (event.category !== '') attributes.set('chrome_trace.category', event.category);
    return { timeNs: event.ns + this.base.offsetNs, name: event.name, attributes: [...attributes] };
  }

  private sliceId(slice: Slice): string {
    slice.spanId ||= this.id(String(slice.begin.index));
    return slice.spanId;
  }

  private id(what: string): string {
    return this.hexOf(`${this.traceId} ${what}`, 8);
  }
}

function threadAttributes(process: Process, tid: string): Attributes {
  const name = process.threadNames.get(tid);
  return [['thread.id', numberOr(tid)], ...(name === undefined ? [] : [['thread.name', name] as const])];
}

function boundsOf({ slices, instants }: Track): Bounds | null {
  const ofSlices = slices.map(({ begin, endNs }) => ({ startNs: begin.ns, endNs }));
  return merged([...ofSlices, ...instants.map(boundsOfEvent)]);
}

function boundsOfEvent({ ns }: TraceEvent): Bounds {
  return { startNs: ns, endNs: ns };
}

function merged(all: readonly (Bounds | null)[]): Bounds | null {
  let result: Bounds | null = null;
  for (const bounds of all) {
    if (!bounds) continue;
    result ??= { ...bounds };
    if (bounds.startNs < result.startNs) result.startNs = bounds.startNs;
    if (bounds.endNs > result.endNs) result.endNs = bounds.endNs;
  }
  return result;
}
