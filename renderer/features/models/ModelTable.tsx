/** What models took, whoever called them. */
import { OTHER } from '../../../core/api/other';
import type { UsageMetrics } from '../../../core/api/usage';
import { formatCount, formatShare, formatTokens } from '../../../core/model/format';
import { answerFrom } from '../../connection/answer';
import { api } from '../../connection/connection';
import { useQuestion } from '../../hooks/use-question';
import { type Extent, inExtent } from '../../stores/time-range';
import { CountedAt } from '../../ui/CountedAt';
import { costHint, costText } from '../../ui/cost-text';
import { QuestionNote } from '../../ui/QuestionNote';

const GRID = 'grid grid-cols-[minmax(160px,1fr)_80px_90px_120px_110px_84px] items-center gap-x-4 px-3.5';
/** One step: totals only. */
const WHOLE_SECONDS = 10_000_000;
const TITLES = ['Calls', 'Failed', 'Tokens', 'Cached', 'Cost'];

/** What is too rare to have a row of its own, as one. */
function restOf({ other }: UsageMetrics) {
  return other ? [{ ...other, key: 'other', name: `${OTHER} ${formatCount(other.count)} models` }] : [];
}

export function ModelTable({ extent, version }: { readonly extent: Extent; readonly version: number }) {
  const question = useQuestion({
    key: ['usage', 'model', extent],
    ask: async () => {
      const usage = await api.usageMetrics({ ...inExtent(extent), groupBy: 'model', stepSeconds: WHOLE_SECONDS });
      return answerFrom(usage, true);
    },
    version,
    paceMs: 0,
  });
  const { answer, isOld, failure } = question;
  if (failure !== null) return <QuestionNote question={question} what="the models" looking="" />;
  const data = answer?.state === 'complete' ? answer.whole : null;
  if (!data || data.groups.length === 0) return null;
  return (
    <div role="table" aria-label="Models" className={`min-w-[760px] pt-8 ${isOld ? 'opacity-60' : ''}`}>
      <div role="row" className={`${GRID} h-[29px] border-y border-line bg-raised text-sm font-medium text-secondary`}>
        <span role="columnheader" className="flex items-baseline gap-2">
          Model <CountedAt asOf={data.asOf} countedSince={data.countedSince} />
        </span>
        {TITLES.map((title) => (
          <span key={title} role="columnheader" className="text-right">
            {title}
          </span>
        ))}
      </div>
      {[...data.groups.map((group) => ({ ...group, key: `model ${group.name}` })), ...restOf(data)].map((group) => (
        <div key={group.key} role="row" className={`${GRID} h-[32px] border-b border-line`}>
          <span role="rowheader" className="truncate font-medium" dir="auto">
            {group.name ?? 'no model named'}
          </span>
          <span role="cell" className="text-right font-mono text-sm">
            {formatCount(group.calls)}
          </span>
          <span
            role="cell"
            className={`text-right font-mono text-sm ${group.errors > 0 ? 'text-error' : 'text-faint'}`}
          >
            {formatCount(group.errors)}
          </span>
          <span role="cell" className="text-right font-mono text-sm">
            {formatTokens(group.inputTokens, group.outputTokens)}
          </span>
          <span role="cell" className="text-right font-mono text-sm text-secondary">
            {formatShare(group.cacheReadTokens, group.inputTokens)}
          </span>
          <span role="cell" className="text-right font-mono text-sm" title={costHint(group)}>
            {costText(group.costUsd, group.costComplete)}
          </span>
        </div>
      ))}
    </div>
  );
}
