/** The trace as a conversation: what models were told and answered, and what their tools did. */
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { foundIn } from '../../../connection/answer';
import { questions } from '../../../connection/connection';
import { useKeys } from '../../../hooks/use-keys';
import { useTraceView } from '../../../stores/trace-view-store';
import { Button } from '../../../ui/Button';
import { Notice } from '../../../ui/Notice';
import { InsightList } from '../agent-run/Insights';
import { useAgentRun } from '../agent-run/use-agent-run';
import type { OpenTimeline } from '../use-timeline';
import { TurnView } from './TurnView';

const TURN_PX = 180;

export function Conversation({ timeline }: { readonly timeline: OpenTimeline }) {
  const { traceId, info } = timeline;
  const insights = useAgentRun(timeline)?.insights ?? [];
  const selected = useTraceView(({ selected }) => selected);
  const select = useTraceView(({ select }) => select);
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ['conversation', traceId, info.version],
    queryFn: () => questions.traceConversation(traceId),
    placeholderData: (previous) => previous,
    gcTime: 0,
  });
  const turns = data ? foundIn(data).turns : [];
  const virtual = useVirtualizer({
    count: turns.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => TURN_PX,
    overscan: 4,
    // What stands above the turns scrolls with them.
    scrollMargin: list.current?.offsetTop ?? 0,
    getItemKey: (index) => turns[index]?.spanId ?? index,
  });
  const idOf = (spanId: string): bigint => BigInt(`0x${spanId}`);
  const move = (by: 1 | -1) => () => {
    const at = turns.findIndex(({ spanId }) => idOf(spanId) === selected);
    const next = at < 0 ? (by > 0 ? 0 : turns.length - 1) : Math.min(Math.max(at + by, 0), turns.length - 1);
    const turn = turns[next];
    if (!turn) return;
    select(idOf(turn.spanId));
    virtual.scrollToIndex(next, { align: 'auto' });
  };
  useKeys({ j: move(1), k: move(-1), ArrowDown: move(1), ArrowUp: move(-1) });
  if (error) {
    return (
      <div className="grow">
        <Notice
          title="The conversation could not be read."
          action={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {error.message}
        </Notice>
      </div>
    );
  }
  if (!data)
    return (
      <p role="status" className="grow p-4 text-secondary">
        Reading the conversation …
      </p>
    );
  if (turns.length === 0) {
    return (
      <p className="grow p-4 text-secondary">
        {data.state === 'partial'
          ? 'No model call in the part of this trace that was read. The trace is too long to read in full. Look for calls in the other views.'
          : 'No span of this trace calls a model. Messages show here where instrumentations record them; most do so only when asked to.'}
      </p>
    );
  }
  return (
    <div
      ref={scroller}
      role="feed"
      aria-label="Conversation"
      className="relative min-h-0 min-w-0 grow overflow-y-auto bg-panel"
    >
      {insights.length > 0 && (
        <div className="border-b border-line bg-raised px-4 py-3">
          <InsightList insights={insights} />
        </div>
      )}
      <div ref={list} className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const turn = turns[index];
          if (!turn) return null;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${start - virtual.options.scrollMargin}px)` }}
            >
              <TurnView
                turn={turn}
                selected={selected === idOf(turn.spanId)}
                onSpan={(spanId) => select(idOf(spanId))}
              />
            </div>
          );
        })}
      </div>
      {data.state === 'partial' && (
        <p className="p-4 text-secondary">
          This run is too long to read in full. Its later turns are in the other views.
        </p>
      )}
    </div>
  );
}
