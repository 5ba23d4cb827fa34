import { useQuery } from '@tanstack/react-query';
import type { SyncEvent } from '../../core/api/sync-state';
import { api } from '../connection/connection';
import { useSettings } from '../stores/settings-store';
import { useSync } from './use-sync';

const LOOK_MS = 5_000;

/** Team activity, newest first, as far as it came here. */
export function useTeamEvents() {
  const { data: report } = useSync();
  return useQuery({
    queryKey: ['sync-events'],
    queryFn: () => api.syncEvents(),
    enabled: report?.link != null,
    refetchInterval: LOOK_MS,
  });
}

/** Comments of others that the reader has not seen yet. */
export function useUnreadComments(): readonly SyncEvent[] {
  const { data: report } = useSync();
  const { data } = useTeamEvents();
  const seenUntil = useSettings(({ teamSeenUntil }) => teamSeenUntil);
  const own = report?.link?.account?.name;
  return (data ?? []).filter(
    ({ type, time, actorName }) =>
      type === 'comment.created.v1' && time > seenUntil && actorName !== null && actorName !== own,
  );
}
