/** Sorts the events of a file by what they are of: tracks of threads and of asynchronous operations, flows, counters, names. */
import { COST, type DecodeBudget } from '../../otlp/decode-budget';
import type { WrittenRecords } from '../../otlp/json-envelope';
import { get } from '../../otlp/json-fields';
import { JsonShapeError } from '../../otlp/json-shape-error';
import { isRecord } from '../is-record';
import { counted } from './counters';
import { keyText, type TraceEvent, traceEvent } from './event';
import { linkFlows } from './flows';
import type { Process } from './process';
import { Track } from './track';

/** What is not kept. */
const OTHERS = new Map([
  ['P', 'samples of a profile'],
  ['N', 'objects'],
  ['O', 'objects'],
  ['D', 'objects'],
  ['v', 'memory dumps'],
  ['V', 'memory dumps'],
  ['c', 'clocks'],
]);
const BEGINS = new Set(['B', 'b', 'S']);

export class Recording {
  readonly processes = new Map<string, Process>();
  readonly counters: TraceEvent[] = [];
  firstNs: bigint | null = null;
  lastNs: bigint | null = null;
  private readonly flows: TraceEvent[] = [];

  constructor(
    private readonly records: WrittenRecords,
    private readonly budget: DecodeBudget,
  ) {}

  /** @throws SpoorError PAYLOAD_TOO_LARGE */
  read(events: readonly unknown[]): void {
    for (const [index, value] of events.entries()) {
      this.budget.charge(COST.record);
      try {
        this.event(traceEvent(value, index));
        this.records.written++;
      } catch (error) {
        if (!(error instanceof JsonShapeError)) throw error;
        this.records.refused++;
        this.records.reason ||= error.message;
      }
    }
    const onLoose = (what: string) => (event: TraceEvent) => {
      this.records.written--;
      this.records.refused++;
      this.records.reason ||= `traceEvents[${event.index}]: ${what}`;
    };
    const tracks = [...this.processes.values()].flatMap((process) => [...process.tracks.values()]);
    for (const track of tracks) {
      track.arrange(({ phase }) => BEGINS.has(phase), this.lastNs ?? 0n, onLoose('ends what did not begin'));
    }
    linkFlows(
      this.flows,
      ({ pid, tid }) => this.processes.get(pid)?.tracks.get(threadKey(tid)),
      tracks.flatMap(({ slices }) => slices),
      onLoose('a flow without slices at both of its ends'),
    );
  }

  private event(event: TraceEvent): void {
    const { phase, pid, tid, id } = event;
    switch (phase) {
      case 'M':
        this.metadata(event);
        return;
      case 'X':
        this.trackOf(pid, threadKey(tid), tid).complete(event);
        break;
      case 'B':
      case 'E':
        this.trackOf(pid, threadKey(tid), tid).edge(event);
        break;
      case 'i':
      case 'I':
      case 'R':
        this.instant(event);
        break;
      case 'b':
      case 'e':
        this.asyncTrack(event).edge(event);
        break;
      case 'n':
        this.asyncTrack(event).instant(event);
        break;
      case 'S':
      case 'F':
        this.asyncTrack(event, event.name).edge(event);
        break;
      case 'T':
      case 'p':
        this.asyncTrack(event, event.name).instant(event);
        break;
      case 's':
      case 't':
      case 'f':
        if (id === '') throw new JsonShapeError(`traceEvents[${event.index}].id: a flow has none`);
        this.flows.push(event);
        break;
      case 'C':
        this.process(pid);
        if (counted(event.args).length === 0)
          throw new JsonShapeError(`traceEvents[${event.index}].args: a counter counts nothing`);
        this.counters.push(event);
        break;
      default:
        throw new JsonShapeError(
          `events of phase ${JSON.stringify(phase.slice(0, 9))} are not kept: ${OTHERS.get(phase) ?? 'it is not known'}`,
        );
    }
    this.cover(event.ns, phase === 'X' ? event.ns + (event.durationNs ?? 0n) : event.ns);
  }

  private cover(startNs: bigint, endNs: bigint): void {
    if (this.firstNs === null || startNs < this.firstNs) this.firstNs = startNs;
    if (this.lastNs === null || endNs > this.lastNs) this.lastNs = endNs;
  }

  private instant(event: TraceEvent): void {
    const scope = get(event.raw, 's');
    if (scope === 'g' || scope === 'p') this.process(event.pid).instants.push(event);
    else this.trackOf(event.pid, threadKey(event.tid), event.tid).instant(event);
  }

  private metadata({ pid, tid, name, args }: TraceEvent): void {
    const process = this.process(pid);
    const said = (key: string): string => keyText(isRecord(args) ? get(args, key) : undefined);
    if (name === 'process_name') process.name = said('name') || process.name;
    else if (name === 'process_labels') process.labels = said('labels') || process.labels;
    else if (name === 'thread_name' && said('name') !== '') process.threadNames.set(tid, said('name'));
  }

  private process(pid: string): Process {
    let process = this.processes.get(pid);
    if (!process) {
      this.budget.charge(COST.owner);
      process = { pid, name: '', labels: '', threadNames: new Map(), tracks: new Map(), instants: [] };
      this.processes.set(pid, process);
    }
    return process;
  }

  private asyncTrack(event: TraceEvent, name = ''): Track {
    if (event.id === '') throw new JsonShapeError(`traceEvents[${event.index}].id: an asynchronous event has none`);
    return this.trackOf(event.pid, JSON.stringify([event.category, name, event.id]), null);
  }

  private trackOf(pid: string, key: string, tid: string | null): Track {
    const { tracks } = this.process(pid);
    let track = tracks.get(key);
    if (!track) {
      this.budget.charge(COST.item);
      track = new Track(tid);
      tracks.set(key, track);
    }
    return track;
  }
}

function threadKey(tid: string): string {
  return `thread ${tid}`;
}
