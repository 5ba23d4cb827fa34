import { useQuery } from '@tanstack/react-query';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';

/** They change when somebody saves one, and otherwise not. */
const PACE_MS = 1_000;

/** All of them, oldest first. */
export function useDashboards() {
  const version = useConnection((connection) => connection.version);
  const query = useQuery({
    queryKey: ['dashboards'],
    queryFn: () => api.listDashboards(),
    enabled: version > 0,
    refetchOnMount: 'always',
  });
  useRefetchOn(useThrottled(version, PACE_MS), query.refetch);
  return query;
}
