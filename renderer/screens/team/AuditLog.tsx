import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Page } from '../../../core/api/page';
import type { AuditRecord, Me, Member } from '../../../core/api/team';
import { teamCall } from '../../connection/team-session';
import { Button } from '../../ui/Button';
import { timeText } from '../../ui/clock-time';
import { Notice } from '../../ui/Notice';

const GRID =
  'grid grid-cols-[150px_minmax(0,180px)_minmax(0,180px)_minmax(0,1fr)] items-center gap-x-4 border-b border-line px-3.5';

/** What was changed, by whom; newest first. */
export function AuditLog({ me }: { readonly me: Me }) {
  const members = useQuery({
    queryKey: ['team', 'members'],
    queryFn: () => teamCall<Page<Member>>('GET', `/v1/workspaces/${me.workspace}/members`),
  });
  const { data, error, refetch, fetchNextPage, hasNextPage } = useInfiniteQuery({
    queryKey: ['team', 'audit'],
    queryFn: ({ pageParam }) =>
      teamCall<Page<AuditRecord>>('GET', `/v1/audit-log${pageParam === null ? '' : `?cursor=${pageParam}`}`),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pagination }) => pagination.nextCursor,
    refetchOnMount: 'always',
  });
  const names = new Map(members.data?.data.map(({ accountId, name }) => [`account:${accountId}`, name]));
  return (
    <>
      {error && (
        <Notice
          title="The audit log could not be read."
          action={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {error.message}
        </Notice>
      )}
      <ul aria-label="Changes">
        {data?.pages
          .flatMap((page) => page.data)
          .map((record) => (
            <li key={record.id} className={`${GRID} min-h-[32px]`}>
              <time className="text-secondary" dateTime={record.time}>
                {timeText(record.time)}
              </time>
              <span className="truncate" title={record.actor} dir="auto">
                {names.get(record.actor) ?? record.actor}
              </span>
              <span className="truncate font-mono text-sm">{record.action}</span>
              <span className="truncate font-mono text-sm text-secondary" title={detailOf(record)}>
                {detailOf(record)}
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

function detailOf({ old, new: now, recordId }: AuditRecord): string {
  const values = [old, now].filter((value) => value !== null && value !== undefined);
  return values.length === 0 ? recordId : values.map((value) => JSON.stringify(value)).join(' → ');
}
