import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyncReport } from '../../core/api/sync-state';
import { api } from '../connection/connection';
import { useConnection } from '../connection/connection-store';
import { isTeamPage } from '../connection/team-session';

const POLL_MS = 2_000;
const SIGNING_IN_MS = 1_000;
const KEY = ['sync'];

export function useSync() {
  const connected = useConnection(({ phase }) => phase === 'connected');
  return useQuery({
    queryKey: KEY,
    queryFn: () => api.syncReport(),
    enabled: connected && !isTeamPage(),
    refetchInterval: ({ state }) => (state.data?.state === 'signing-in' ? SIGNING_IN_MS : POLL_MS),
  });
}

/** Does something to sync, one thing at a time, and shows what became of it. */
export function useSyncAction() {
  const client = useQueryClient();
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const run = (doing: () => Promise<unknown>): void => {
    setBusy(true);
    setFailure(null);
    doing()
      .then((report) => {
        if (isReport(report)) client.setQueryData(KEY, report);
        else void client.invalidateQueries({ queryKey: KEY });
      })
      .catch((error: Error) => setFailure(error.message))
      .finally(() => setBusy(false));
  };
  return { run, busy, failure };
}

function isReport(value: unknown): value is SyncReport {
  return typeof value === 'object' && value !== null && 'queue' in value;
}
