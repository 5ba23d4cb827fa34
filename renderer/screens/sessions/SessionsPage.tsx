/** Conversations across traces: who talked with what, how long, at what cost, and whether something failed. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { ExtentPicker } from '../../features/extent/ExtentPicker';
import { useKeys } from '../../hooks/use-keys';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';
import { ALL_TIME, inExtent, isEverything } from '../../stores/time-range';
import { useExtent, useTraceList } from '../../stores/trace-list-store';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';
import { SearchField } from '../../ui/SearchField';
import { SessionTable } from './SessionTable';

const PAGE = 50;
/** A list that moves under the reader's eyes every second cannot be read. */
const PACE_MS = 2_000;

export function SessionsPage() {
  const version = useConnection(({ version }) => version);
  const [query, setQuery] = useState('');
  const extent = useExtent();
  const search = useRef<{ focus: () => void }>(null);
  const { data, error, refetch, fetchNextPage, hasNextPage, isPlaceholderData } = useInfiniteQuery({
    queryKey: ['sessions', query, extent],
    queryFn: ({ pageParam }) =>
      api.listSessions({ query, ...inExtent(extent), limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pagination }) => pagination.nextCursor,
    enabled: version > 0,
    placeholderData: (previous) => previous,
    refetchOnMount: 'always',
  });
  useRefetchOn(useThrottled(version, PACE_MS), refetch);
  useKeys({ '/': () => search.current?.focus() });
  const sessions = data?.pages.flatMap((page) => page.data) ?? [];
  const isNarrowed = query !== '' || !isEverything(extent);
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Sessions</h1>
        <span className="grow" />
        <SearchField
          ref={search}
          label="Find sessions"
          placeholder="Find by id, agent or name of the last turn"
          value={query}
          onChange={setQuery}
          className="w-[300px] min-w-[120px]"
        />
        <ExtentPicker />
      </PageHeader>
      {error && (
        <Notice
          title="The sessions could not be read."
          action={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {error.message}
        </Notice>
      )}
      {sessions.length > 0 && (
        <SessionTable
          sessions={sessions}
          isStale={isPlaceholderData}
          onEnd={() => {
            if (hasNextPage) void fetchNextPage();
          }}
        />
      )}
      {((!data && !error) || (isPlaceholderData && sessions.length === 0)) && (
        <p role="status" className="p-4 text-secondary">
          Reading the sessions …
        </p>
      )}
      {data && sessions.length === 0 && !isPlaceholderData && (
        <div className="flex flex-col items-center gap-3 px-6 pt-20 text-center text-secondary">
          {isNarrowed ? (
            <>
              <p>No session matches the time range, the filter and the name.</p>
              <Button
                onClick={() => {
                  setQuery('');
                  useTraceList.getState().setRange(ALL_TIME);
                  useTraceList.getState().setDeployment({});
                }}
              >
                Show all sessions
              </Button>
            </>
          ) : (
            <>
              <p className="max-w-[560px]">
                No trace names a session yet. Traces with the same{' '}
                <code className="font-mono text-text">session.id</code> or{' '}
                <code className="font-mono text-text">gen_ai.conversation.id</code> on their spans appear here as one
                session.
              </p>
              <p className="max-w-[560px]">Most agent frameworks set it when you give them a thread or a session.</p>
            </>
          )}
        </div>
      )}
    </div>
  );
}
