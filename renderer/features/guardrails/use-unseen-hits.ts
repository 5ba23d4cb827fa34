import { useQuery } from '@tanstack/react-query';
import type { GuardrailHit } from '../../../core/api/guardrail';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';
import { useSettings } from '../../stores/settings-store';

const LIMIT = 100;
const PACE_MS = 3_000;

/** Newest first, a hundred at most. */
export function useUnseenHits(): readonly GuardrailHit[] {
  const version = useThrottled(
    useConnection(({ version }) => version),
    PACE_MS,
  );
  const seenUntil = useSettings(({ marksSeenUntil }) => marksSeenUntil);
  const { data, refetch } = useQuery({
    queryKey: ['guardrail-hits', 'newest'],
    queryFn: () => api.listGuardrailHits({ limit: LIMIT }),
    enabled: version > 0,
  });
  useRefetchOn(version, refetch);
  return (data?.data ?? []).filter(({ createdAt }) => createdAt > seenUntil);
}
