/** A saved view as what is explored, and back. */
import type { SavedView, SavedViewEdit } from '../../core/api/saved-view';
import { NEWEST_FIRST } from '../../core/api/trace-list-query';
import { chartIn, columnsIn, type Explored, isUsual } from './explore-address';
import { ALL_TIME, LAST, type TimeRange } from './time-range';

export function exploredOf(view: SavedView): Explored {
  const { query, last, from, to, environment, serviceVersion, team, groupBy, sort, columns, chart } = view;
  return {
    query,
    deployment: {
      ...(environment && { environment }),
      ...(serviceVersion && { version: serviceVersion }),
      ...(team && { team }),
    },
    range: rangeOf(last, from, to),
    groupBy,
    sort: sort ?? NEWEST_FIRST,
    columns: columnsIn(columns),
    chart: chartIn(chart),
  };
}

export function savedViewOf(name: string, explored: Explored): SavedViewEdit {
  const { query, range, deployment, groupBy, sort, columns, chart } = explored;
  const between = range.kind === 'between' ? range : null;
  return {
    name,
    query,
    last: range.kind === 'last' ? (LAST.find(({ minutes }) => minutes === range.minutes)?.short ?? null) : null,
    from: between ? new Date(between.fromMs).toISOString() : null,
    to: between ? new Date(between.toMs).toISOString() : null,
    environment: deployment.environment ?? null,
    serviceVersion: deployment.version ?? null,
    team: deployment.team ?? null,
    groupBy,
    sort: sort === NEWEST_FIRST ? null : sort,
    columns: isUsual(columns) ? null : columns,
    chart: chart === 'histogram' ? null : chart,
  };
}

/** Whether it is what is looked at. */
export function isShown(view: SavedView, explored: Explored): boolean {
  const shown = savedViewOf(view.name, explored);
  const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
  return (Object.keys(shown) as (keyof SavedViewEdit)[]).every((key) => same(shown[key], view[key]));
}

function rangeOf(last: string | null, from: string | null, to: string | null): TimeRange {
  const known = LAST.find(({ short }) => short === last);
  if (known) return { kind: 'last', minutes: known.minutes };
  if (from === null || to === null) return ALL_TIME;
  return { kind: 'between', fromMs: Date.parse(from), toMs: Date.parse(to) };
}
