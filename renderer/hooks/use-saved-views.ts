import { useQuery } from '@tanstack/react-query';
import type { SavedView } from '../../core/api/saved-view';
import { api } from '../connection/connection';
import { useConnection } from '../connection/connection-store';
import { isShown } from '../stores/saved-view-address';
import { useTraceList } from '../stores/trace-list-store';
import { useRefetchOn } from './use-refetch-on';
import { useThrottled } from './use-throttled';

/** They change when somebody saves one, and otherwise not. */
const PACE_MS = 1_000;

export function useSavedViews() {
  const version = useConnection((connection) => connection.version);
  const query = useQuery({
    queryKey: ['saved-views'],
    queryFn: () => api.listSavedViews(),
    enabled: version > 0,
  });
  useRefetchOn(useThrottled(version, PACE_MS), query.refetch);
  return query;
}

/** The one that is looked at; null: none. */
export function useShownView(): SavedView | null {
  const { data } = useSavedViews();
  const list = useTraceList();
  return data?.find((view) => isShown(view, list)) ?? null;
}
