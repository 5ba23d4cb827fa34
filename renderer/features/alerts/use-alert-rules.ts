import { useQuery } from '@tanstack/react-query';
import { ALERT_SEVERITIES, type AlertRule } from '../../../core/api/alert';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { useNow } from '../../hooks/use-now';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';
import { isMuted } from './alert-text';

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

/** Those that fire and are not muted, the gravest first. */
export function useFiring(): readonly AlertRule[] {
  const now = useNow(LOOK_MS);
  const firing = (useAlertRules().data ?? []).filter((rule) => isTold(rule, now));
  return [...firing].sort((a, b) => ALERT_SEVERITIES.indexOf(b.severity) - ALERT_SEVERITIES.indexOf(a.severity));
}

/** Whether somebody is to be told of it. */
export function isTold(rule: AlertRule, nowMs: number): boolean {
  return rule.enabled && rule.firingSince !== null && !isMuted(rule, nowMs);
}
