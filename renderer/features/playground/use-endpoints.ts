import { useQuery } from '@tanstack/react-query';
import type { Endpoint } from '../../../core/api/playground';
import { useRefetchOn } from '../../app/use-refetch-on';
import { api } from '../../connection/connection';
import { useConnection } from '../../stores/connection-store';

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
