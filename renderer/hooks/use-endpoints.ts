import { useQuery } from '@tanstack/react-query';
import type { Endpoint } from '../../core/api/playground';
import { api } from '../connection/connection';
import { useConnection } from '../connection/connection-store';
import { useRefetchOn } from './use-refetch-on';

export interface Endpoints {
  readonly list: readonly Endpoint[];
  readonly refetch: () => void;
}

export function useEndpoints(): Endpoints {
  const version = useConnection(({ version }) => version);
  const { data, refetch } = useQuery({
    queryKey: ['endpoints'],
    queryFn: () => api.listEndpoints(),
    enabled: version > 0,
    refetchOnMount: 'always',
  });
  useRefetchOn(version, refetch);
  return { list: data ?? [], refetch: () => void refetch() };
}
