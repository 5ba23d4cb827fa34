import { useQuery } from '@tanstack/react-query';
import type { Comment, CommentListQuery } from '../../../core/api/comment';
import type { Page } from '../../../core/api/page';
import type { NamedRef } from '../../../core/api/sync-state';
import type { Member } from '../../../core/api/team';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { isTeamPage, teamCall } from '../../connection/team-session';
import { useMe } from '../../hooks/use-me';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useSync } from '../../hooks/use-sync';
import { useThrottled } from '../../hooks/use-throttled';

const PACE_MS = 500;
const PAGE = 100;

/** Oldest first, as far as they came; again when something was written. */
export function useComments(about: Pick<CommentListQuery, 'traceId' | 'sessionId' | 'viewId'>) {
  const version = useThrottled(
    useConnection(({ version }) => version),
    PACE_MS,
  );
  const query = useQuery({
    queryKey: ['comments', about],
    queryFn: () => allComments(about),
    refetchOnMount: 'always',
  });
  useRefetchOn(version, query.refetch);
  return query;
}

async function allComments(about: CommentListQuery): Promise<readonly Comment[]> {
  const comments: Comment[] = [];
  let cursor: string | undefined;
  do {
    const { data, pagination } = await api.listComments({ ...about, limit: PAGE, cursor });
    comments.push(...data);
    cursor = pagination.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return comments;
}

/** Who writes here; null: nobody is signed in. */
export function useAuthor(): NamedRef | null {
  const me = useMe();
  const { data } = useSync();
  return isTeamPage() ? me && { id: me.id, name: me.name } : (data?.link?.account ?? null);
}

/** Who can be meant by `@name`. */
export function useTeam(): readonly NamedRef[] {
  const me = useMe();
  const { data: sync } = useSync();
  const { data } = useQuery({
    queryKey: ['team', 'members', me?.workspace],
    queryFn: () => teamCall<Page<Member>>('GET', `/v1/workspaces/${me?.workspace}/members`),
    enabled: isTeamPage() && me !== null,
  });
  if (!isTeamPage()) return sync?.link?.members ?? [];
  return (data?.data ?? []).map(({ accountId: id, name }) => ({ id, name }));
}
