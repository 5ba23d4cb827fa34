import type { MetricResult } from '../../../core/api/search';
import type { Question } from '../../connection/answer';
import { metricOf } from '../../connection/connection';
import { useQuestion } from '../../hooks/use-question';
import { type Extent, inExtent } from '../../stores/time-range';

/** Spans are looked through again. */
const PACE_MS = 30_000;

/** Spans over time by some fields. @param search a filter of TraceQL */
export function useCounted(
  search: string,
  by: readonly string[],
  extent: Extent,
  version: number,
): Question<MetricResult> {
  const query = `${search} | count_over_time() by (${by.join(', ')})`;
  return useQuestion({
    key: ['counted', query, extent],
    ask: (waitMs, signal) => metricOf({ query, ...inExtent(extent), waitMs }, signal),
    version,
    paceMs: PACE_MS,
  });
}
