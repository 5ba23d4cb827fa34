import { useQuery } from '@tanstack/react-query';
import type { Dataset } from '../../core/api/evaluation';
import { api } from '../connection/connection';

export function useDatasets(): readonly Dataset[] {
  const { data } = useQuery({
    queryKey: ['datasets'],
    queryFn: () => api.listDatasets(),
    refetchOnMount: 'always',
  });
  return data ?? [];
}
