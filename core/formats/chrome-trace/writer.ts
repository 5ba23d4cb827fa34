/**
 * Writes the Trace Event Format, as Perfetto and chrome://tracing open it: a process for each program, a slice for each span, an instant
 * for each event, an arrow for each link within the trace and each call from one program to another.
 */
import { plainAttributes } from '../../model/json-types';
import { spanKindName, statusCodeName } from '../../model/span-kind';
import { type SentSpan, spansOfRequest } from '../../otlp/read-trace-request';
import type { TraceColumns } from '../../timeline/trace-columns';
import { durationOf } from '../span-duration';
import type { FileWriter, FormatWriter, WrittenTrace } from '../writer';
import { type ThreadLanes, threadLanes } from './thread-lanes';

export const CHROME_TRACE_WRITER: FormatWriter = {
  name: 'chrome',
  title: 'Chrome trace events, for Perfetto',
  extension: 'json',
  mediaType: 'application/json',
  loses:
    'ids, kinds and statuses other than as arguments; the types of values (they become JSON); repeated keys; links to other traces other than as arguments; times of events before the first trace, which stand where their spans begin; attributes of scopes; addresses of schemas; flags; dropped counts',
  sentIds: false,
  sentTimes: false,
  needsColumns: true,
  needsOrder: true,
  open: () => new ChromeTraceFile(),
};

class ChromeTraceFile implements FileWriter {
  private baseNs: bigint | null = null;
  private events = 0;
  private flows = 0;
  private firstPid = 1;
  private traces = 0;
  private trace: TraceTracks | null = null;

  beginTrace({ summary, columns }: WrittenTrace): string {
    if (!columns) return '';
    this.firstPid += this.trace?.processes ?? 0;
    const originNs = BigInt(columns.originNs);
    const isFirst = this.baseNs === null;
    this.baseNs ??= originNs;
    const shiftNs = originNs - this.baseNs;
    this.trace = new TraceTracks(columns, this.firstPid, shiftNs, this.traces++ === 0 ? '' : summary.traceId);
    const head = isFirst
      ? `{"displayTimeUnit":"ns","baseTimeNanoseconds":${this.baseNs},"otherData":{"producer":"Spoor","traceId":${JSON.stringify(summary.traceId)}},"traceEvents":[`
      : '';
    return head + this.joined(this.trace.metadata());
  }

  spans(request: Uint8Array): string {
    const { trace, baseNs } = this;
    if (!trace || baseNs === null) return '';
    const events: string[] = [];
    for (const span of spansOfRequest(request)) events.push(...trace.eventsOf(span, baseNs, () => ++this.flows));
    return this.joined(events);
  }

  endTrace(): string {
    return '';
  }

  finish(): string {
    return this.baseNs === null ? '{"displayTimeUnit":"ns","traceEvents":[]}\n' : '\n]}\n';
  }

  private joined(events: readonly string[]): string {
    if (events.length === 0) return '';
    const before = this.events === 0 ? '\n' : ',\n';
    this.events += events.length;
    return before + events.join(',\n');
  }
}

class TraceTracks {
  readonly processes: number;
  private readonly lanes: ThreadLanes;
  private readonly services: string[] = [];

  /** @param of the trace that it is, where there are several */
  constructor(
    private readonly columns: TraceColumns,
    private readonly firstPid: number,
    private readonly shiftNs: bigint,
    private readonly of: string,
  ) {
    this.lanes = threadLanes(columns);
    this.processes = this.lanes.laneCounts.length;
    for (let i = 0; i < columns.length; i++) {
      const resource = columns.resource[i] as number;
      this.services[resource] ??= columns.operations[columns.operation[i] as number]?.service ?? '';
    }
  }

  metadata(): string[] {
    return this.lanes.laneCounts.flatMap((count, resource) => {
      const pid = this.firstPid + resource;
      const name = this.services[resource] || 'unnamed service';
      const about = (tid: number, what: string, args: object): string =>
        JSON.stringify({ name: what, ph: 'M', pid, tid, ts: 0, args });
      const threads = Array.from({ length: count }, (_, lane) => [
        about(lane + 1, 'thread_name', { name: `spans ${lane + 1}` }),
        about(lane + 1, 'thread_sort_index', { sort_index: lane + 1 }),
      ]).flat();
      return [
        about(0, 'process_name', { name }),
        ...(this.of === '' ? [] : [about(0, 'process_labels', { labels: `trace ${this.of}` })]),
        ...threads,
      ];
    });
  }

  eventsOf(span: SentSpan, baseNs: bigint, nextFlow: () => number): string[] {
    const index = this.lanes.indexOf(BigInt(`0x${span.spanId}`));
    // It came after the trace was looked at.
    if (index < 0) return [];
    const place = this.placeOf(index);
    const startNs = span.startNs - baseNs;
    const slice = eventText(place, startNs, {
      name: span.name || 'unnamed',
      cat: spanKindName(span.kind),
      ph: 'X',
      dur: durationOf(span) ?? 0n,
      args: argumentsOf(span),
    });
    const instants = span.body.events.map(({ timeUnixNano, name, attributes }) => {
      const ns = BigInt(timeUnixNano) - baseNs;
      // Before the file begins nothing is: such a time was not set, or set by another clock.
      return eventText(place, ns < 0n ? startNs : ns, {
        name: name || 'event',
        ph: 'i',
        s: 't',
        args: plainAttributes(attributes),
      });
    });
    const links = span.body.links.filter(({ traceId }) => traceId === span.traceId).map(({ spanId }) => spanId);
    const arrows = links.flatMap((from) => this.arrow('link', from, index, nextFlow));
    const parent = span.parentSpanId === '' ? -1 : this.lanes.indexOf(BigInt(`0x${span.parentSpanId}`));
    const isCall = parent >= 0 && this.columns.resource[parent] !== this.columns.resource[index];
    return [slice, ...instants, ...arrows, ...(isCall ? this.arrow('call', span.parentSpanId, index, nextFlow) : [])];
  }

  /** From where the one begins to where the other is, if that is not over by then. */
  private arrow(name: 'link' | 'call', from: string, to: number, nextFlow: () => number): string[] {
    const source = from === '' ? -1 : this.lanes.indexOf(BigInt(`0x${from}`));
    if (source < 0 || source === to) return [];
    const { startNs, durationNs } = this.columns;
    const beginsNs = startNs[source] as number;
    const toNs = startNs[to] as number;
    const arrivesNs = Math.max(toNs, Math.min(beginsNs, toNs + Math.max(durationNs[to] as number, 0)));
    if (arrivesNs < beginsNs) return [];
    const id = nextFlow();
    const at = (ns: number): bigint => BigInt(ns) + this.shiftNs;
    return [
      eventText(this.placeOf(source), at(beginsNs), { name, cat: 'spoor', ph: 's', id }),
      eventText(this.placeOf(to), at(arrivesNs), { name, cat: 'spoor', ph: 'f', bp: 'e', id }),
    ];
  }

  private placeOf(index: number): Place {
    return {
      pid: this.firstPid + (this.columns.resource[index] as number),
      tid: (this.lanes.lane[index] as number) + 1,
    };
  }
}

interface Place {
  readonly pid: number;
  readonly tid: number;
}

/** Times in microseconds with three digits more: each nanosecond, exactly. */
function eventText(
  { pid, tid }: Place,
  ns: bigint,
  { dur, ...fields }: { readonly dur?: bigint; readonly [name: string]: unknown },
): string {
  const rest = JSON.stringify(fields).slice(1);
  return `{"pid":${pid},"tid":${tid},"ts":${micros(ns)},${dur === undefined ? '' : `"dur":${micros(dur)},`}${rest}`;
}

function micros(ns: bigint): string {
  const digits = (ns < 0n ? -ns : ns).toString().padStart(4, '0');
  return `${ns < 0n ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

function argumentsOf({ body, owner, ...span }: SentSpan): object {
  const { status } = body;
  const { scope, resource } = owner;
  return {
    span: {
      traceId: span.traceId,
      spanId: span.spanId,
      ...(span.parentSpanId === '' ? {} : { parentSpanId: span.parentSpanId }),
      ...(status.code === 0 ? {} : { status: statusCodeName(status.code) }),
      ...(status.message === '' ? {} : { statusMessage: status.message }),
      ...(body.traceState === '' ? {} : { traceState: body.traceState }),
      ...(scope.name === '' ? {} : { scope: `${scope.name} ${scope.version}`.trim() }),
      ...(body.links.length === 0
        ? {}
        : { links: body.links.map((link) => ({ ...link, attributes: plainAttributes(link.attributes) })) }),
    },
    attributes: plainAttributes(body.attributes),
    resource: plainAttributes(resource.attributes),
  };
}
