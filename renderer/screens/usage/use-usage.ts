/** What is asked for the screen of usage: the range, and the same length of time before it. */
import type { UsageBy, UsageMetrics, UsageValues } from '../../../core/api/usage';
import { answerFrom } from '../../connection/answer';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { periodBefore } from '../../features/red/change';
import { usePace } from '../../hooks/use-pace';
import { useQuestion } from '../../hooks/use-question';
import { boundsOf, type Extent, type TimeRange } from '../../stores/time-range';
import { totalOf } from './total';

/** One step: totals only. */
const WHOLE_SECONDS = 10_000_000;

export interface UsageData {
  readonly by: UsageBy;
  readonly usage: UsageMetrics;
  readonly total: UsageValues;
  /** Null: all time has nothing before it. */
  readonly before: UsageMetrics | null;
  readonly totalBefore: UsageValues | null;
}

export function useUsage(extent: Extent, by: UsageBy) {
  const version = useConnection(({ version }) => version);
  const [paceMs, shown] = usePace();
  const question = useQuestion({
    key: ['usage screen', by, extent],
    ask: async () => answerFrom(await usageData(extent, by), true),
    version,
    paceMs,
  });
  const { answer } = question;
  shown(answer?.state !== 'complete' || answer.whole.total.calls === 0);
  return question;
}

async function usageData({ range, deployment }: Extent, groupBy: UsageBy): Promise<UsageData> {
  const nowMs = Date.now();
  const counted = untilNow(range, nowMs);
  const previous = periodBefore(counted, nowMs);
  const [usage, before] = await Promise.all([
    api.usageMetrics({ ...boundsOf(counted), ...deployment, groupBy }),
    previous && api.usageMetrics({ ...previous, ...deployment, groupBy, stepSeconds: WHOLE_SECONDS }),
  ]);
  return { by: groupBy, usage, total: totalOf(usage), before, totalBefore: before && totalOf(before) };
}

/** With both its ends, and without what is still to come, so that the period before is as long. */
export function untilNow(range: TimeRange, nowMs: number): TimeRange {
  if (range.kind === 'all') return range;
  if (range.kind === 'last') return { kind: 'between', fromMs: nowMs - range.minutes * 60_000, toMs: nowMs };
  return range.fromMs < nowMs && range.toMs > nowMs ? { ...range, toMs: nowMs } : range;
}
