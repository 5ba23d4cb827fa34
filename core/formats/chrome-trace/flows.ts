/**
 * Arrows between slices: phases s, t and f by category, name and id, or the fields `bind_id`, `flow_in` and `flow_out` of slices
 * themselves. The slice that an arrow comes to gets a link to the one that it comes from.
 */
import { get } from '../../otlp/json-fields';
import { idText, type TraceEvent } from './event';
import type { Slice, Track } from './track';

interface Step {
  readonly key: string;
  readonly flow: TraceEvent;
  readonly slice: Slice | null;
  readonly comes: boolean;
  readonly goes: boolean;
}

/** @param onLoose is given each event without slices to link */
export function linkFlows(
  events: readonly TraceEvent[],
  trackOf: (event: TraceEvent) => Track | undefined,
  slices: Iterable<Slice>,
  onLoose: (flow: TraceEvent) => void,
): void {
  const steps: Step[] = events.map((flow) => {
    const { phase, category, name, id, ns } = flow;
    // An end is bound to the slice that begins next, unless it says that the one around it is meant.
    const isNext = phase === 'f' && get(flow.raw, 'bp') !== 'e';
    return {
      key: JSON.stringify([category, name, id]),
      flow,
      slice: trackOf(flow)?.sliceAt(ns, isNext) ?? null,
      comes: phase !== 's',
      goes: phase !== 'f',
    };
  });
  for (const slice of slices) {
    const key = idText(get(slice.begin.raw, 'bind_id'));
    if (key === '') continue;
    const comes = get(slice.begin.raw, 'flow_in') === true;
    const goes = get(slice.begin.raw, 'flow_out') === true;
    if (comes || goes) steps.push({ key, flow: slice.begin, slice, comes, goes });
  }
  steps.sort((a, b) => (a.flow.ns < b.flow.ns ? -1 : a.flow.ns > b.flow.ns ? 1 : a.flow.index - b.flow.index));
  const last = new Map<string, Slice>();
  for (const { key, flow, slice, comes, goes } of steps) {
    const from = last.get(key);
    const isOwn = slice?.begin === flow;
    if (!slice || (comes && !from && !isOwn)) {
      onLoose(flow);
      continue;
    }
    if (comes && from && from !== slice) slice.links.push({ from, flow });
    if (goes) last.set(key, slice);
  }
}
