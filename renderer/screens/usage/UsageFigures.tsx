import type { UsageValues } from '../../../core/api/usage';
import { formatCompact, formatCost, formatCount, formatShare } from '../../../core/model/format';
import { changeOf, pointsOf } from '../../features/red/change';
import { costHint, costText } from '../../ui/cost-text';
import { Kpi, Kpis } from '../../ui/Kpi';

interface UsageFiguresProps {
  readonly now: UsageValues;
  /** Null: there is no period before. */
  readonly before: UsageValues | null;
  readonly since: string;
}

/** What all calls took together, and how that moved. */
export function UsageFigures({ now, before, since }: UsageFiguresProps) {
  const tokens = now.inputTokens + now.outputTokens;
  const shareOf = ({ cacheReadTokens, inputTokens }: UsageValues): number | null =>
    inputTokens === 0 ? null : cacheReadTokens / inputTokens;
  const moved = (of: (values: UsageValues) => number | null) => before && changeOf(of(now), of(before));
  // What is known of some calls cannot be compared with what is known of others.
  const costMoved = now.costComplete && before?.costComplete === true ? moved(({ costUsd }) => costUsd) : null;
  return (
    <Kpis label="Figures of usage">
      <Kpi
        label="Cost"
        value={costText(now.costUsd, now.costComplete)}
        hint={costHint(now)}
        note={costMoved?.text}
        since={since}
      />
      <Kpi
        label="Saved by caches"
        value={savedText(now.cacheSavedUsd)}
        hint={`What the same calls would have cost without a cache, less what they cost. ${formatCount(now.cacheReadTokens)} tokens were read from a cache, ${formatCount(now.cacheWriteTokens)} written to one.`}
        note={now.cacheReadTokens + now.cacheWriteTokens === 0 ? 'no cache was used' : undefined}
      />
      <Kpi
        label="Calls"
        value={formatCompact(now.calls)}
        hint={formatCount(now.calls)}
        note={moved(({ calls }) => calls)?.text}
        since={since}
      />
      <Kpi
        label="Failed"
        value={formatShare(now.errors, now.calls)}
        hint={`${formatCount(now.errors)} of ${formatCount(now.calls)} calls`}
        note={
          before && before.calls > 0 ? pointsOf(now.errors / now.calls, before.errors / before.calls)?.text : undefined
        }
        since={since}
      />
      <Kpi
        label="Tokens"
        value={tokens === 0 ? '—' : formatCompact(tokens)}
        hint={`${formatCount(now.inputTokens)} in, ${formatCount(now.outputTokens)} out, ${formatCount(now.reasoningTokens)} of those for reasoning`}
        note={moved(({ inputTokens, outputTokens }) => inputTokens + outputTokens)?.text}
        since={since}
      />
      <Kpi
        label="Input from a cache"
        value={formatShare(now.cacheReadTokens, now.inputTokens)}
        hint={`${formatCount(now.cacheReadTokens)} of ${formatCount(now.inputTokens)} tokens`}
        note={before ? pointsOf(shareOf(now), shareOf(before))?.text : undefined}
        since={since}
      />
    </Kpis>
  );
}

/** Below 0 where writing cost more than reading saved; an em dash for what nobody knows. */
export function savedText(usd: number | null): string {
  return usd !== null && usd < 0 ? `−${formatCost(-usd)}` : formatCost(usd);
}
