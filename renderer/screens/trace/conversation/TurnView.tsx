/** One call of a model: what it was told that was new, what it answered, what that took. */
import clsx from 'clsx';
import type { Turn } from '../../../../core/agent-run/conversation';
import { formatCompact, formatCost, formatDuration, formatTokens, plural } from '../../../../core/model/format';
import { Folded } from '../../../features/conversation/Folded';
import { MessageView } from '../../../features/conversation/MessageView';
import { PartView } from '../../../features/conversation/PartView';
import { ToolUseView } from '../../../features/conversation/ToolUseView';
import { Value } from '../../../features/conversation/Value';

interface TurnViewProps {
  readonly turn: Turn;
  readonly selected: boolean;
  readonly onSpan: (spanId: string) => void;
}

export function TurnView({ turn, selected, onSpan }: TurnViewProps) {
  const { system, tools, input, output, toolCall } = turn;
  return (
    <article
      aria-label={turn.name}
      className={clsx('border-b border-line px-4 py-3', selected ? 'shadow-[inset_3px_0_0_var(--accent)]' : '')}
    >
      <TurnHeader turn={turn} onSpan={onSpan} />
      <div className="flex max-w-[860px] flex-col gap-2.5 pt-2">
        {system !== null && system.length > 0 && (
          <Folded title="System prompt">
            {system.map((part, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity and never move
              <PartView key={i} part={part} uses={null} onSpan={onSpan} />
            ))}
          </Folded>
        )}
        {tools !== null && tools.length > 0 && (
          <Folded
            title={`${tools.length} ${tools.length === 1 ? 'tool' : 'tools'}: ${tools.map(({ name }) => name).join(', ')}`}
          >
            <Value value={JSON.stringify(tools, null, 2)} />
          </Folded>
        )}
        <Context turn={turn} />
        {[...input, ...output].map((message, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: messages have no identity and never move
          <MessageView key={i} message={message} uses={turn.toolUses} onSpan={onSpan} />
        ))}
        {toolCall && <ToolUseView use={toolCall} tellsResult onSpan={onSpan} />}
        {turn.failed && turn.kind === 'model' && (
          <p className="font-medium text-error">
            This call failed.{' '}
            <button type="button" className="underline" onClick={() => onSpan(turn.spanId)}>
              See why
            </button>
          </p>
        )}
      </div>
    </article>
  );
}

/** What the context gained since the call before, and lost. */
function Context({ turn: { knownMessages, droppedMessages, gainedTokens } }: { readonly turn: Turn }) {
  const said = [
    knownMessages > 0 ? `${plural(knownMessages, 'earlier message')} repeated` : '',
    droppedMessages > 0 ? `${plural(droppedMessages, 'message')} no longer told` : '',
    gainedTokens === null || gainedTokens === 0
      ? ''
      : `context ${gainedTokens > 0 ? '+' : '−'}${formatCompact(Math.abs(gainedTokens))} tokens`,
  ].filter(Boolean);
  return said.length === 0 ? null : <p className="text-sm text-faint">{said.join(' · ')}</p>;
}

/** Ends that say nothing: the answer is there, or the calls of tools are. */
const EXPECTED = /^(?:stop|end_turn|tool[-_]calls?|tool_use)$/i;

function TurnHeader({ turn, onSpan }: Omit<TurnViewProps, 'selected'>) {
  const { usage, costUsd, reportedCostUsd, model, agentName, userId, timeToFirstTokenNs, finishReasons } = turn;
  const cached = usage.cacheRead ? `, ${formatCompact(usage.cacheRead)} of them cached` : '';
  const reasons = finishReasons.filter((reason) => !EXPECTED.test(reason));
  return (
    <header className="flex min-w-0 items-baseline gap-3 text-sm text-secondary">
      <span className="min-w-0 truncate font-semibold text-text">
        {agentName ? `${agentName} · ` : ''}
        {model ?? turn.name}
      </span>
      {userId && (
        <span className="min-w-0 truncate" title="User, as the sender names them">
          for {userId}
        </span>
      )}
      {turn.failed && <span className="font-medium text-error">failed</span>}
      {reasons.length > 0 && <span>{reasons.join(', ')}</span>}
      <span className="grow" />
      {(usage.input !== null || usage.output !== null) && (
        <span className="shrink-0 font-mono" title={`Tokens in${cached}, and out`}>
          {formatTokens(usage.input, usage.output)}
        </span>
      )}
      {turn.kind === 'model' && (
        <span
          className="shrink-0 font-mono"
          title={`${costUsd === null ? 'The price of this model is unknown' : 'By the price book'}${
            reportedCostUsd === null ? '' : `; the sender says ${formatCost(reportedCostUsd)}`
          }`}
        >
          {costUsd === null && reportedCostUsd === null ? 'cost unknown' : formatCost(costUsd ?? reportedCostUsd ?? 0)}
          {costUsd === null && reportedCostUsd !== null && ' reported'}
        </span>
      )}
      {timeToFirstTokenNs !== null && (
        <span className="shrink-0 font-mono">first token {formatDuration(timeToFirstTokenNs)}</span>
      )}
      <span className="shrink-0 font-mono">{formatDuration(turn.durationNs)}</span>
      <button type="button" className="shrink-0 text-accent hover:underline" onClick={() => onSpan(turn.spanId)}>
        Span
      </button>
    </header>
  );
}
