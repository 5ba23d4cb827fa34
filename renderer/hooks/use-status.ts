import { useQuery } from '@tanstack/react-query';
import type { StatusReport } from '../../core/api/contract';
import { api } from '../connection/connection';
import { useConnection } from '../connection/connection-store';

const POLL_MS = 2_000;

/** What the app reports of itself; null until the first answer. */
export function useStatus(): StatusReport | null {
  const connected = useConnection(({ phase }) => phase === 'connected');
  const { data } = useQuery({
    queryKey: ['status'],
    queryFn: () => api.status(),
    enabled: connected,
    refetchInterval: POLL_MS,
  });
  return data ?? null;
}
