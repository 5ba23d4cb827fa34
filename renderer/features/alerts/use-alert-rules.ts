import { useQuery } from '@tanstack/react-query';
import type { AlertRule } from '../../../core/api/alert';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';

const PACE_MS = 2_000;
/** What a rule measured changes twice a minute, whether something is stored or not. */
const LOOK_MS = 15_000;

/** Again when something was stored, and now and then. */
export function useAlertRules() {
  const version = useThrottled(
    useConnection(({ version }) => version),
    PACE_MS,
  );
  const query = useQuery({
    queryKey: ['alert-rules'],
    queryFn: () => api.listAlertRules(),
    enabled: version > 0,
    refetchInterval: LOOK_MS,
  });
  useRefetchOn(version, query.refetch);
  return query;
}

export function useFiring(): readonly AlertRule[] {
  return (useAlertRules().data ?? []).filter(({ enabled, firingSince }) => enabled && firingSince !== null);
}
