/** The list of logs: pages behind a cursor, the newest first. */
import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { foundIn } from '../../connection/answer';
import { questions } from '../../connection/connection';
import { useThrottled } from '../../hooks/use-throttled';
import { boundsOf, type TimeRange } from '../../stores/time-range';

const PAGE = 100;
const PACE_MS = 2_000;

/** A cursor belongs to the bounds that it was given for. */
interface Place {
  readonly cursor: string;
  readonly bounds: ReturnType<typeof boundsOf>;
}

/** @param isLive asks again when something arrives, as long as one page is shown: what somebody has scrolled to stays where it is */
export function useLogs(query: string, range: TimeRange, version: number, isLive: boolean) {
  const client = useQueryClient();
  const key = useMemo(() => ['logs', query, range], [query, range]);
  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: async ({ pageParam, signal }) => {
      const bounds = pageParam?.bounds ?? boundsOf(range);
      const cursor = pageParam ? { cursor: pageParam.cursor } : {};
      return { bounds, answer: await questions.listLogs({ query, ...bounds, limit: PAGE, ...cursor }, signal) };
    },
    initialPageParam: null as Place | null,
    getNextPageParam: ({ bounds, answer }): Place | null => {
      const cursor = foundIn(answer).pagination.nextCursor;
      // Cut off or not: while there is a cursor there may be more.
      return cursor === null ? null : { cursor, bounds };
    },
    placeholderData: keepPreviousData,
    enabled: version > 0,
    gcTime: 0,
  });
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError, isFetching, fetchNextPage, refetch } = list;
  const pages = data?.pages.length ?? 0;
  const arrived = useThrottled(version, PACE_MS);
  const [shown, setShown] = useState(arrived);
  const isBehind = shown !== 0 && arrived !== shown;
  const follows = isLive && pages <= 1;
  useEffect(() => {
    if (arrived === shown || (shown !== 0 && !follows)) return;
    setShown(arrived);
    if (shown !== 0) void refetch();
  }, [arrived, shown, follows, refetch]);
  const more = useCallback(() => {
    if (hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
  return {
    logs: useMemo(() => (data?.pages ?? []).flatMap(({ answer }) => foundIn(answer).data), [data]),
    isLoading: list.isPending,
    /** To another question. */
    isOld: list.isPlaceholderData,
    isLookingOn: isFetchingNextPage,
    hasMore: hasNextPage,
    /** Time was up, and there is no way on from there. */
    isCut: !hasNextPage && data?.pages.at(-1)?.answer.state === 'partial',
    /** Something arrived since, which is not shown. */
    isBehind: isBehind && !follows,
    failure: list.error?.message ?? null,
    more,
    catchUp: () => {
      setShown(arrived);
      void client.resetQueries({ queryKey: key, exact: true });
    },
    askAgain: () => void (isFetchNextPageError ? fetchNextPage() : refetch()),
  };
}
