import { formatCost, formatCount, formatDuration, formatTokens } from '../../../core/model/format';
import { widthOf } from '../../../core/timeline/time-window';
import { TagList } from '../../features/comments/TagList';
import { ScoreBar } from '../../features/scores/ScoreBar';
import { isAgentRun } from '../../stores/trace-view-store';
import { dayAndZone, secondText } from '../../ui/clock-time';
import { costHint, costText } from '../../ui/cost-text';
import { Figure } from '../../ui/Figure';
import { serviceColor } from '../../ui/series';
import type { OpenTimeline } from './use-timeline';

/** More services than this are counted, not listed. */
const MAX_CHIPS = 7;

export function TraceSummaryBar({ timeline: { info, whole } }: { readonly timeline: OpenTimeline }) {
  const { summary, spanCount } = info;
  const services = info.services.map(({ name }) => name);
  const { inputTokens, outputTokens } = summary;
  return (
    <section
      aria-label="Summary"
      className="flex shrink-0 items-center gap-6 overflow-hidden border-b border-line bg-panel px-3.5 py-2"
    >
      <Figure value={formatDuration(widthOf(whole))} label="duration" />
      <Figure value={formatCount(spanCount)} label={spanCount === 1 ? 'span' : 'spans'} />
      {(inputTokens !== null || outputTokens !== null) && (
        <Figure value={formatTokens(inputTokens, outputTokens)} label="tokens in → out" />
      )}
      {(summary.costUsd !== null || inputTokens !== null || outputTokens !== null) && (
        <Figure
          value={costText(summary.costUsd, summary.costComplete)}
          label={summary.reportedCostUsd === null ? 'cost' : `cost; ${formatCost(summary.reportedCostUsd)} as reported`}
          hint={costHint(summary)}
        />
      )}
      <Figure value={secondText(summary.startTime)} label={dayAndZone(summary.startTime)} />
      <span className="grow" />
      <TagList about={{ traceId: summary.traceId, spanId: null, sessionId: null }} />
      {isAgentRun(summary) && (
        <ScoreBar target={{ traceId: summary.traceId, spanId: null, sessionId: null }} what="run" />
      )}
      <ul aria-label="Services" className="flex min-w-0 flex-wrap justify-end gap-1.5 max-md:hidden">
        {services.slice(0, MAX_CHIPS).map((service) => (
          <li
            key={service}
            className="flex h-[22px] items-center gap-1.5 rounded-full border border-line-strong px-2 text-sm"
          >
            <span className="size-2 rounded-[2px]" style={{ background: serviceColor(service) }} />
            <span className="max-w-[160px] truncate" dir="auto">
              {service || 'unknown service'}
            </span>
          </li>
        ))}
        {services.length > MAX_CHIPS && (
          <li className="text-sm text-secondary">+{formatCount(services.length - MAX_CHIPS)} more</li>
        )}
      </ul>
    </section>
  );
}
