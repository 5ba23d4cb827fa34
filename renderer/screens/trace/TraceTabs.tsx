/** The views of a trace, and what changes all of them: critical path, clocks, what the search leaves. */
import clsx from 'clsx';
import { useShallow } from 'zustand/react/shallow';
import { formatCount, formatDuration, formatShare } from '../../../core/model/format';
import { useComments } from '../../features/comments/use-comments';
import { useTraceView } from '../../stores/trace-view-store';
import { Kbd } from '../../ui/Kbd';
import { tabsOf } from './tabs';
import type { OpenTimeline } from './use-timeline';

const LANES_BY = ['service', 'instance', 'thread'] as const;

export function TraceTabs({ timeline: { traceId, info } }: { readonly timeline: OpenTimeline }) {
  const comments = useComments({ traceId }).data?.length ?? 0;
  const { tab, set, showCritical, adjustClocks, lanesBy, search, onlyMatches, range } = useTraceView(
    // Not the window: it changes with every frame of a zoom.
    useShallow(({ tab, set, showCritical, adjustClocks, lanesBy, search, onlyMatches, range }) => ({
      tab,
      set,
      showCritical,
      adjustClocks,
      lanesBy,
      search,
      onlyMatches,
      range,
    })),
  );
  const criticalNs = info.critical.reduce((sum, { ns }) => sum + ns, 0);
  return (
    <div className="no-scrollbar flex h-[33px] shrink-0 items-end gap-1 overflow-x-auto overflow-y-hidden border-b border-line bg-panel px-2 whitespace-nowrap">
      <div role="tablist" aria-label="Views of the trace" className="flex gap-1">
        {tabsOf(info.summary).map(({ name, title, key }) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={tab === name}
            className={clsx(
              'flex h-8 items-center gap-1.5 border-b-2 px-2 font-medium',
              tab === name ? 'border-accent text-text' : 'border-transparent text-secondary hover:text-text',
            )}
            onClick={() => set({ tab: name })}
          >
            {title}
            {name === 'comments' && comments > 0 && <span className="text-secondary">{formatCount(comments)}</span>}
            <Kbd>{key}</Kbd>
          </button>
        ))}
      </div>
      <span className="grow" />
      <div className="flex h-8 items-center gap-1">
        {range && (
          <span className="flex items-center gap-2 rounded-md bg-accent-ground px-2 text-accent">
            <span className="font-mono text-sm">{formatDuration(range.endNs - range.startNs)}</span>
            <button
              type="button"
              className="font-medium hover:underline"
              onClick={() => set({ window: range, range: null })}
            >
              Zoom in
            </button>
            <button
              type="button"
              aria-label="Clear the range (Esc)"
              className="hover:underline"
              onClick={() => set({ range: null })}
            >
              Clear
            </button>
          </span>
        )}
        {search.trim() !== '' && (
          <Toggle
            on={onlyMatches}
            title="Hide spans that do not match"
            onToggle={() => set({ onlyMatches: !onlyMatches })}
          >
            Only matches
          </Toggle>
        )}
        {tab === 'lanes' && (
          <span className="mr-2 flex items-center gap-1 text-secondary">
            Lanes by
            {LANES_BY.map((by) => (
              <Toggle
                key={by}
                on={lanesBy === by}
                title={`A group of lanes for each ${by}`}
                onToggle={() => set({ lanesBy: by })}
              >
                {by}
              </Toggle>
            ))}
          </span>
        )}
        {info.skew && (
          <Toggle
            on={adjustClocks}
            title={`Server spans were outside their client spans. Shifted:\n${info.skew
              .slice(0, 12)
              .map(
                ({ service, shiftNs, spans }) =>
                  `${service} ${shiftNs > 0 ? '+' : ''}${formatDuration(shiftNs)} (${spans} spans)`,
              )
              .join('\n')}`}
            onToggle={() => set({ adjustClocks: !adjustClocks })}
          >
            {adjustClocks ? 'Clocks adjusted' : 'Clocks as sent'}
          </Toggle>
        )}
        {tab !== 'conversation' && tab !== 'graph' && tab !== 'logs' && tab !== 'comments' && (
          <Toggle
            on={showCritical}
            title={`What the trace waited for (X)\n${info.critical
              .slice(0, 12)
              .map(({ service, ns }) => `${formatShare(ns, criticalNs)} ${service}`)
              .join('\n')}`}
            onToggle={() => set({ showCritical: !showCritical })}
          >
            Critical path
          </Toggle>
        )}
      </div>
    </div>
  );
}

interface ToggleProps {
  readonly on: boolean;
  readonly title: string;
  readonly onToggle: () => void;
  readonly children: string;
}

function Toggle({ on, title, onToggle, children }: ToggleProps) {
  return (
    <button
      type="button"
      aria-pressed={on}
      title={title}
      className={clsx(
        'h-6 rounded-md px-2',
        on ? 'bg-accent-ground text-accent' : 'text-secondary hover:bg-raised hover:text-text',
      )}
      onClick={onToggle}
    >
      {children}
    </button>
  );
}
