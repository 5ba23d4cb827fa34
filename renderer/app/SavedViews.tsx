import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useLocation } from 'wouter';
import { api } from '../connection/connection';
import { useConnection } from '../stores/connection-store';
import { exploredOf } from '../stores/saved-view-address';
import { useTraceList } from '../stores/trace-list-store';
import { May } from './May';
import { useRefetchOn } from './use-refetch-on';
import { useThrottled } from './use-throttled';

/** They change when somebody saves one, and otherwise not. */
const PACE_MS = 1_000;

/** Searches with a name; one click and they are what is searched for. */
export function SavedViews() {
  const version = useConnection((connection) => connection.version);
  const [, navigate] = useLocation();
  const { data, refetch } = useQuery({
    queryKey: ['saved-views'],
    queryFn: () => api.listSavedViews(),
    enabled: version > 0,
  });
  useRefetchOn(useThrottled(version, PACE_MS), refetch);
  if (!data || data.length === 0) return null;
  return (
    <section aria-label="Saved views" className="hidden pt-3 min-[1100px]:block">
      <h2 className="px-2 pb-1 text-sm text-faint">Saved views</h2>
      {data.map((view) => (
        <div key={view.id} className="group flex h-[28px] items-center rounded-md hover:bg-panel">
          <button
            type="button"
            className="min-w-0 grow truncate px-2 text-left font-medium text-secondary group-hover:text-text"
            title={view.query}
            onClick={() => {
              useTraceList.getState().explore(exploredOf(view));
              navigate('/traces');
            }}
          >
            {view.name}
          </button>
          <May permission="notes:write">
            <button
              type="button"
              aria-label={`Delete the view ${view.name}`}
              className="px-1.5 text-faint opacity-0 group-hover:opacity-100 hover:text-text focus-visible:opacity-100"
              onClick={() => void api.deleteSavedView(view.id).then(() => refetch())}
            >
              <X size={13} />
            </button>
          </May>
        </div>
      ))}
    </section>
  );
}
