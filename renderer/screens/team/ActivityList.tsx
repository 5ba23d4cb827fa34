import { useInfiniteQuery } from '@tanstack/react-query';
import type { Page } from '../../../core/api/page';
import type { Activity } from '../../../core/api/team';
import { formatAgo } from '../../../core/model/format';
import { teamCall } from '../../connection/team-session';
import { ActivitySentence } from '../../features/team/ActivitySentence';
import { useNow } from '../../hooks/use-now';
import { Button } from '../../ui/Button';
import { timeText } from '../../ui/clock-time';
import { Notice } from '../../ui/Notice';

const GRID = 'grid grid-cols-[110px_minmax(0,180px)_minmax(0,1fr)] items-center gap-x-4 border-b border-line px-3.5';
/** Who did what in the workspace; newest first. */
export function ActivityList() {
  const now = useNow(30_000);
  const { data, error, refetch, fetchNextPage, hasNextPage } = useInfiniteQuery({
    queryKey: ['team', 'activity'],
    queryFn: ({ pageParam }) =>
      teamCall<Page<Activity>>('GET', `/v1/activity${pageParam === null ? '' : `?cursor=${pageParam}`}`),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pagination }) => pagination.nextCursor,
    refetchOnMount: 'always',
    refetchInterval: 10_000,
  });
  const all = data?.pages.flatMap((page) => page.data);
  return (
    <>
      {error && (
        <Notice
          title="The activity could not be read."
          action={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {error.message}
        </Notice>
      )}
      {all?.length === 0 && (
        <p className="px-3.5 py-6 text-secondary">
          No activity yet. Changes to notes, scores, views, rules, projects and members are listed here.
        </p>
      )}
      <ul aria-label="Activity">
        {all?.map((one) => (
          <li key={one.id} className={`${GRID} min-h-[32px]`}>
            <time className="text-secondary" dateTime={one.time} title={timeText(one.time)}>
              {formatAgo(Date.parse(one.time), now)}
            </time>
            <span className="truncate" title={one.actor} dir="auto">
              {one.actorName ?? (one.actor === 'system' ? 'Spoor' : 'A program')}
            </span>
            <span className="truncate">
              <ActivitySentence {...one} />
            </span>
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <div className="p-3.5">
          <Button onClick={() => void fetchNextPage()}>Show older</Button>
        </div>
      )}
    </>
  );
}
