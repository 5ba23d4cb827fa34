import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SampleReport, SampleRequest } from '../../../core/api/sample';
import { api } from '../../connection/connection';
import { isTeamPage } from '../../connection/team-session';
import { useTraceList } from '../../stores/trace-list-store';

const KEY = ['sample'];
const LOOK_MS = 300;

/** The generated sample: what is there, and what is being done with it. A team server has none. */
export function useSample() {
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: () => api.sampleReport(),
    enabled: !isTeamPage(),
    // The command line loads and removes it, too.
    staleTime: 0,
    // On a busy machine the search for it may not end in time.
    refetchInterval: ({ state }) => (isBusy(state.data) || state.data?.isStored === null ? LOOK_MS : false),
  });
  const began = { onSuccess: (report: SampleReport) => queries.setQueryData(KEY, report) };
  const load = useMutation({ mutationFn: (request: SampleRequest) => api.loadSample(request), ...began });
  const remove = useMutation({
    mutationFn: () => api.removeSample(),
    onSuccess(report) {
      began.onSuccess(report);
      void reloadWhenRemoved(queries);
    },
  });
  return { report: data ?? null, isBusy: isBusy(data) || load.isPending || remove.isPending, load, remove };
}

/** A refresh keeps rows that its first page does not show, so the list starts again. Goes on when the dialog is closed. */
async function reloadWhenRemoved(queries: QueryClient): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    // Without an answer the connection is being made again, and the next one tells.
    const report = await api.sampleReport().catch(() => null);
    if (report === null || report.activity === 'removing') continue;
    queries.setQueryData(KEY, report);
    await useTraceList.getState().reload();
    return;
  }
}

function isBusy(report: SampleReport | undefined): boolean {
  return report !== undefined && report.activity !== 'none';
}
