/** The way from a figure to what it counts: the list of traces, with a search and the range that the figure is of. */
import { NEWEST_FIRST, type TraceSort } from '../../core/api/trace-list-query';
import type { TimeRange } from './time-range';
import { useTraceList } from './trace-list-store';

interface TracesBehind {
  readonly query: string;
  /** Left out: the one that is chosen. */
  readonly range?: TimeRange;
  readonly sort?: TraceSort;
}

export function openTraces({ query, range, sort = NEWEST_FIRST }: TracesBehind, navigate: (to: string) => void): void {
  const { range: chosen, deployment, columns, chart, explore } = useTraceList.getState();
  explore({ query, range: range ?? chosen, deployment, groupBy: null, sort, columns, chart });
  navigate('/traces');
}
