import { X } from 'lucide-react';
import { useLocation } from 'wouter';
import type { SavedView } from '../../core/api/saved-view';
import { api } from '../connection/connection';
import { May } from '../features/team/May';
import { useSavedViews, useShownView } from '../hooks/use-saved-views';
import { exploredOf } from '../stores/saved-view-address';
import { useTraceList } from '../stores/trace-list-store';

/** Searches with a name; one click and they are what is searched for. */
export function SavedViews() {
  const [location, navigate] = useLocation();
  const { data, refetch } = useSavedViews();
  const shown = useShownView();
  const isCurrent = ({ id }: SavedView): boolean => location === '/traces' && shown?.id === id;
  if (!data || data.length === 0) return null;
  return (
    <section aria-label="Saved views" className="hidden pt-3 min-[1100px]:block group-data-open/nav:block">
      <h2 className="px-2 pb-1 text-sm text-faint">Saved views</h2>
      {data.map((view) => (
        <div key={view.id} className="group flex h-[28px] items-center rounded-md hover:bg-panel">
          <button
            type="button"
            className={`min-w-0 grow truncate px-2 text-left font-medium group-hover:text-text ${isCurrent(view) ? 'text-accent' : 'text-secondary'}`}
            aria-current={isCurrent(view) ? 'page' : undefined}
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
