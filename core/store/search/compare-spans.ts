/** `compare()`: how often each value occurs among the spans of a selection, and among the others. */
import type { MetricSeries } from '../../api/search';
import { plainValue } from '../../model/json-types';
import { spanKindName, statusCodeName } from '../../model/span-kind';
import type { Compare, TraceqlQuery } from '../../query/traceql/ast';
import { conditionOf } from '../../query/traceql/evaluate';
import { fieldsIn } from '../../query/traceql/walk';
import { isInBody } from './compiled-query';
import type { Measured, MetricFrame } from './measure-spans';
import type { Searcher } from './searcher';
import { eachSpan } from './span-slices';
import type { StoredSpan } from './stored-span';

type Side = 'selection' | 'baseline';

interface Counted {
  readonly field: string;
  readonly value: string;
  readonly counts: Record<Side, number>;
}

/** One step: the whole range. Values in payloads occur once each and are left out. */
export async function compareSpans(
  searcher: Searcher,
  query: TraceqlQuery,
  { selection, top, range }: Compare,
  frame: MetricFrame,
): Promise<Measured> {
  const holds = selection.condition ? conditionOf(selection.condition, frame.turns) : () => true;
  const sideOf = (span: StoredSpan): Side => {
    const inRange = !range || (span.row.start_ns >= range.start && span.row.start_ns < range.end);
    return inRange && holds(span) ? 'selection' : 'baseline';
  };
  const needsBody = selection.condition !== null && fieldsIn(selection.condition).some(isInBody);
  const elements = new Map<number, Record<Side, number>>();
  const others = new Map<string, Counted>();
  const totals = { selection: 0, baseline: 0 };
  const add = (span: StoredSpan): void => {
    if (span.row.start_ns < frame.range.from || span.row.start_ns >= frame.range.to) return;
    const side = sideOf(span);
    totals[side]++;
    for (const element of span.row.attributes) {
      if (element <= 0) continue;
      const counts = elements.get(element) ?? { selection: 0, baseline: 0 };
      counts[side]++;
      elements.set(element, counts);
    }
    for (const [field, value] of namesOf(span)) {
      const key = JSON.stringify([field, value]);
      const counted = others.get(key) ?? { field, value, counts: { selection: 0, baseline: 0 } };
      counted.counts[side]++;
      others.set(key, counted);
    }
  };
  let complete = true;
  const found = await searcher.spans(query, frame.range, frame.turns);
  if (found.kind === 'traces') {
    for await (const spans of found.spans) for (const span of spans) add(span);
    complete = found.complete();
  } else {
    for await (const slice of found.slices) {
      complete = (await eachSpan(slice, needsBody, add)) && slice.rest.isNone;
      if (frame.turns.isOver) break;
    }
  }
  const counted = [...(await searcher.attributes([...elements.keys()])), ...others.values()].map((entry) => {
    return 'id' in entry ? { ...entry, counts: elements.get(entry.id) as Record<Side, number> } : entry;
  });
  return { series: seriesOf(counted, totals, top), complete };
}

function namesOf(span: StoredSpan): [string, string][] {
  return [
    ['name', span.operation.name],
    ['kind', spanKindName(span.operation.kind)],
    ['status', statusCodeName(span.row.status)],
    ...span.resource.map(({ key, value }): [string, string] => [`resource.${key}`, String(plainValue(value))]),
  ];
}

/** Of each field the values that differ most between the sides. */
function seriesOf(counted: readonly Counted[], totals: Record<Side, number>, top: number): MetricSeries[] {
  const share = (count: number, total: number): number => (total === 0 ? 0 : count / total);
  const difference = ({ counts }: Counted): number =>
    Math.abs(share(counts.selection, totals.selection) - share(counts.baseline, totals.baseline));
  const byField = new Map<string, Counted[]>();
  for (const entry of counted) byField.set(entry.field, [...(byField.get(entry.field) ?? []), entry]);
  const sides: readonly Side[] = ['selection', 'baseline'];
  const series = [...byField.values()].flatMap((values) =>
    values
      .sort((a, b) => difference(b) - difference(a))
      .slice(0, top)
      .flatMap(({ field, value, counts }) =>
        sides.map((set) => ({ labels: { set, [field]: value }, values: [counts[set]] })),
      ),
  );
  return [...sides.map((set) => ({ labels: { set: `${set} total` }, values: [totals[set]] })), ...series];
}
