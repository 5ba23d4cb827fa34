import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../connection/connection';

export function useRestoreQuarantine(onSuccess?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.restoreQuarantine(),
    ...(onSuccess && { onSuccess }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['status'] }),
  });
}
