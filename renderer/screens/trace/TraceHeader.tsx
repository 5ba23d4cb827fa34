import { MessagesSquare, User } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useShallow } from 'zustand/react/shallow';
import { formatCount, plural } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { isTeamPage } from '../../connection/team-session';
import { ShareTrace } from '../../features/sync/ShareTrace';
import { useKeys } from '../../hooks/use-keys';
import { useNow } from '../../hooks/use-now';
import { useCompare } from '../../stores/compare-store';
import { addressOfSession } from '../../stores/session-address';
import { useTraceList } from '../../stores/trace-list-store';
import { useTraceView, waterfallView } from '../../stores/trace-view-store';
import { Button } from '../../ui/Button';
import { CopyButton } from '../../ui/CopyButton';
import { failureHint } from '../../ui/FailureTag';
import { Kbd } from '../../ui/Kbd';
import { PageHeader } from '../../ui/PageHeader';
import { RunTag } from '../../ui/RunTag';
import { SearchField } from '../../ui/SearchField';
import { Tag } from '../../ui/Tag';
import { TraceMenu } from './TraceMenu';
import type { OpenTimeline } from './use-timeline';

interface TraceHeaderProps {
  readonly timeline: OpenTimeline;
  readonly searchError: string | null;
}

export function TraceHeader({ timeline, searchError }: TraceHeaderProps) {
  const { traceId, info } = timeline;
  const { summary, matches, errorCount } = info;
  const { search, range, set } = useTraceView(useShallow(({ search, range, set }) => ({ search, range, set })));
  const [, navigate] = useLocation();
  const now = useNow(10_000);
  const [ordinal, setOrdinal] = useState<number | null>(null);
  const field = useRef<{ focus: () => void }>(null);
  const chosen = useCompare(({ chosen }) => chosen);
  const goTo = (what: 'match' | 'error', backwards: boolean): void => {
    void findNext(traceId, what, backwards).then((found) => setOrdinal(what === 'match' ? found : null));
  };
  const compare = (): void => {
    if (chosen && chosen.traceId !== traceId) navigate(`/compare/${chosen.traceId}/${traceId}`);
    else {
      useCompare.getState().choose(traceId, summary.rootName);
      navigate('/traces');
    }
  };
  useKeys({
    '/': () => field.current?.focus(),
    e: (event) => goTo('error', event.shiftKey),
    n: (event) => goTo('match', event.shiftKey),
    c: compare,
    Escape: () => {
      const { selected, select } = useTraceView.getState();
      if (range) set({ range: null });
      else if (selected !== null) select(null);
      else if (search !== '') set({ search: '', onlyMatches: false });
      else navigate('/traces');
    },
  });
  useEffect(() => {
    document.title = `${summary.rootName} · Spoor`;
    return () => {
      document.title = 'Spoor';
    };
  }, [summary.rootName]);
  return (
    <PageHeader>
      <Link href="/traces" className="shrink-0 text-secondary hover:text-accent">
        Traces
      </Link>
      <span className="text-faint">/</span>
      <h1 className="min-w-[72px] truncate font-semibold" dir="auto">
        {summary.rootName || 'unnamed'}
      </h1>
      <span className="flex shrink-0 items-center font-mono text-sm text-faint max-lg:hidden" title={traceId}>
        {traceId.slice(0, 4)}…{traceId.slice(-4)}
        <CopyButton text={traceId} label="Copy the trace id" />
      </span>
      {errorCount > 0 && (
        <button
          type="button"
          className="shrink-0"
          title={`Next error (E). ${failureHint({ errorCount, failedCount: summary.failedCount })}`}
          onClick={() => goTo('error', false)}
        >
          <Tag tone={summary.failedCount > 0 ? 'error' : 'plain'}>{plural(errorCount, 'error')}</Tag>
        </button>
      )}
      {summary.sessionId !== null && (
        <Link
          href={addressOfSession(summary.sessionId)}
          title={`Session ${summary.sessionId}`}
          className="flex shrink-0 items-center gap-1 text-secondary hover:text-accent"
        >
          <MessagesSquare size={13} aria-hidden /> Session
        </Link>
      )}
      {summary.userId !== null && <UserLink userId={summary.userId} />}
      <RunTag trace={summary} now={now} />
      <span className="grow" />
      {search.trim() !== '' && (
        <span
          className={searchError ? 'min-w-0 truncate text-sm text-error' : 'shrink-0 text-sm text-secondary'}
          role="status"
        >
          {searchError ?? matchText(matches, ordinal)}
        </span>
      )}
      <SearchField
        ref={field}
        label="Find in trace"
        placeholder="Find: name, service:, duration>10ms, { TraceQL }"
        value={search}
        onChange={(value) => {
          setOrdinal(null);
          set({ search: value });
        }}
        onEnter={(backwards) => goTo('match', backwards)}
        className="w-[290px] min-w-[120px]"
      />
      <Button
        onClick={compare}
        title={chosen && chosen.traceId !== traceId ? `With ${chosen.name}` : 'Choose a second trace'}
      >
        {chosen && chosen.traceId !== traceId ? 'Compare with chosen' : 'Compare'} <Kbd>c</Kbd>
      </Button>
      {!isTeamPage() && <ShareTrace traceId={traceId} sessionId={summary.sessionId} />}
      <TraceMenu timeline={timeline} />
    </PageHeader>
  );
}

/** Leads to all traces of the user. */
function UserLink({ userId }: { readonly userId: string }) {
  const [, navigate] = useLocation();
  const open = (): void => {
    useTraceList.getState().setQuery(`user:${JSON.stringify(userId)}`);
    navigate('/traces');
  };
  return (
    <button
      type="button"
      onClick={open}
      title={`User ${userId}: show all of their traces`}
      className="flex max-w-[160px] min-w-0 shrink items-center gap-1 text-secondary hover:text-accent max-lg:hidden"
    >
      <User size={13} className="shrink-0" aria-hidden />
      <span className="truncate" dir="auto">
        {userId}
      </span>
    </button>
  );
}

function matchText(matches: number, ordinal: number | null): string {
  if (ordinal !== null) return `${formatCount(ordinal)} of ${formatCount(matches)}`;
  return plural(matches, 'match').replace('matchs', 'matches');
}

/** Selects the next match or error in tree order. @returns its ordinal, or null when there is none */
async function findNext(traceId: string, what: 'match' | 'error', backwards: boolean): Promise<number | null> {
  const state = useTraceView.getState();
  const { spanId, ordinal } = await api
    .timelineFind(traceId, waterfallView(state), { what, after: state.selected, backwards })
    .catch(() => ({ spanId: null, ordinal: 0 }));
  if (spanId === null) return null;
  state.select(spanId);
  return ordinal;
}
