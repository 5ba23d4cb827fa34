/** One dashboard: its panels, all over the same time, from the same deployment and with the same filter. */
import { ArrowLeft, Plus, RefreshCw } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { type Dashboard, type DashboardPanel, MOST_PANELS } from '../../../core/api/dashboard';
import { dashboardFile, type NewPanel } from '../../../core/dashboards/dashboard-file';
import { filterProblem } from '../../../core/dashboards/shared-filter';
import { api } from '../../connection/connection';
import { useDashboards } from '../../features/dashboards/use-dashboards';
import { ExtentPicker } from '../../features/extent/ExtentPicker';
import { useMay } from '../../features/team/May';
import { useKeys } from '../../hooks/use-keys';
import { useExtent, useTraceList } from '../../stores/trace-list-store';
import { Button } from '../../ui/Button';
import { download } from '../../ui/download';
import { FIELD } from '../../ui/field';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';
import { SearchField } from '../../ui/SearchField';
import { DashboardMenu } from './DashboardMenu';
import { addressOf, type Chosen, chosenIn, REFRESHES } from './dashboard-address';
import { PanelForm } from './PanelForm';
import { PanelFrame } from './PanelFrame';
import { duplicated, moved, withPanel } from './panel-list';
import { useRefresh } from './use-refresh';

const REFRESH_TEXT = { off: 'No refresh', '10s': 'Every 10 s', '1m': 'Every minute' } as const;
/** Nothing is asked while somebody types. */
const TYPING_MS = 400;

export function DashboardPage({ id }: { readonly id: string }) {
  const dashboards = useDashboards();
  const dashboard = dashboards.data?.find((one) => one.id === id);
  if (dashboard) return <Shown dashboard={dashboard} onChanged={() => void dashboards.refetch()} />;
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <Back />
        <h1 className="sr-only">Dashboard</h1>
      </PageHeader>
      {dashboards.error && (
        <Notice
          title="The dashboard could not be read."
          action={<Button onClick={() => void dashboards.refetch()}>Try again</Button>}
        >
          {dashboards.error.message}
        </Notice>
      )}
      {!dashboards.error && (
        <p role="status" className="px-6 pt-20 text-center text-secondary">
          {dashboards.data ? 'There is no such dashboard; it may have been deleted.' : 'Reading the dashboard …'}
        </p>
      )}
    </div>
  );
}

interface Edited {
  /** Null: one that is added. */
  readonly panel: DashboardPanel | null;
  /** Of the dashboard when the form was opened: what others changed meanwhile is not undone unseen. Null: they have been told of it. */
  readonly version: number | null;
  /** What opened the form; null: the button that adds. */
  readonly from: HTMLElement | null;
  /** Why it was not saved; null: it has not been tried. */
  readonly failure: string | null;
}

function Shown({ dashboard, onChanged }: { readonly dashboard: Dashboard; readonly onChanged: () => void }) {
  const { id, version, name, panels } = dashboard;
  const extent = useExtent();
  const setRange = useTraceList((list) => list.setRange);
  const mayWrite = useMay('notes:write');
  const [, navigate] = useLocation();
  const [chosen, setChosen] = useState(() => chosenIn(window.location.search));
  const [typed, setTyped] = useState(chosen.filter);
  const [edited, setEdited] = useState<Edited | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const search = useRef<{ focus: () => void }>(null);
  const { tick, askAgain } = useRefresh(chosen.refresh);
  const problem = filterProblem(typed);
  useEffect(() => {
    if (problem !== null) return;
    const timer = setTimeout(() => setChosen((before) => ({ ...before, filter: typed.trim() })), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, problem]);
  useEffect(() => {
    showInAddress(chosen);
  }, [chosen]);
  // What is chosen here is no part of the next screen's address.
  useEffect(() => () => showInAddress({ filter: '', refresh: 'off' }), []);
  useKeys({
    '/': () => search.current?.focus(),
    r: askAgain,
    Escape: () => navigate('/dashboards'),
  });
  const keep = (changed: Pick<Dashboard, 'name' | 'panels'>): void => {
    api
      .updateDashboard(id, version, changed)
      .then(
        () => setFailure(null),
        (error: Error) => setFailure(error.message),
      )
      .finally(onChanged);
  };
  const keepPanels = (next: readonly DashboardPanel[]): void => keep({ name, panels: next });
  const edit = (panel: DashboardPanel | null, from: HTMLElement | null): void =>
    setEdited({ panel, version, from, failure: null });
  const save = (edited: Edited, panel: NewPanel): void => {
    api
      .updateDashboard(id, edited.version ?? version, { name, panels: withPanel(panels, edited.panel, panel) })
      .then(
        () => {
          setFailure(null);
          setEdited(null);
        },
        (error: Error) => setEdited({ ...edited, version: null, failure: error.message }),
      )
      .finally(onChanged);
  };
  const isFull = panels.length >= MOST_PANELS;
  // What cannot be read is refused; a filter from an address may be anything.
  const filter = filterProblem(chosen.filter) === null ? chosen.filter : '';
  const asking = { filter, extent, version: tick, onRange: setRange };
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <Back />
        <h1 className="min-w-0 truncate font-semibold" dir="auto">
          {name}
        </h1>
        <SearchField
          ref={search}
          label="Filter all panels"
          placeholder="service=web attribute!=value"
          value={typed}
          onChange={setTyped}
          className="max-w-[360px] min-w-[90px] grow"
        />
        <span className="grow" />
        <ExtentPicker />
        <select
          aria-label="Refresh"
          className={`${FIELD} max-lg:w-[112px]`}
          value={chosen.refresh}
          onChange={({ target }) =>
            setChosen({ ...chosen, refresh: REFRESHES.find((one) => one === target.value) ?? 'off' })
          }
        >
          {REFRESHES.map((one) => (
            <option key={one} value={one}>
              {REFRESH_TEXT[one]}
            </option>
          ))}
        </select>
        <Button aria-label="Ask all panels again" title="Ask all panels again" className="px-1.5" onClick={askAgain}>
          <RefreshCw size={13} aria-hidden />
        </Button>
        {mayWrite && (
          <Button
            disabled={isFull}
            title={isFull ? `A dashboard has at most ${MOST_PANELS} panels` : undefined}
            onClick={() => edit(null, null)}
          >
            <Plus size={13} aria-hidden /> <span className="max-lg:sr-only">Add a panel</span>
          </Button>
        )}
        <DashboardMenu
          dashboard={dashboard}
          mayWrite={mayWrite}
          onRename={(renamed) => keep({ name: renamed, panels })}
          onExport={() => {
            download(new Blob([dashboardFile(dashboard)], { type: 'application/json' }), `dashboard-${name}`, 'json');
          }}
          onFailure={setFailure}
        />
      </PageHeader>
      {problem !== null && (
        <p role="alert" className="border-b border-line bg-panel px-3.5 py-2 text-error">
          {problem}
        </p>
      )}
      {failure !== null && (
        <Notice
          title="The dashboard was not changed."
          action={<Button onClick={() => setFailure(null)}>Dismiss</Button>}
        >
          {failure}
        </Notice>
      )}
      <div data-scrolls className="min-h-0 grow overflow-y-auto">
        {panels.length === 0 ? (
          <p className="mx-auto max-w-[560px] px-6 pt-20 text-center text-secondary">
            No panels yet. {mayWrite ? 'Add one above, or' : 'They come'} from a chart in Traces, Metrics or Logs
            {mayWrite ? ', with “Add to a dashboard”.' : '.'}
          </p>
        ) : (
          <div className="grid grid-cols-6 gap-3 p-3">
            {panels.map((panel, i) => (
              <PanelFrame
                key={panel.id}
                panel={panel}
                asking={asking}
                actions={
                  mayWrite
                    ? {
                        onEdit: (from) => edit(panel, from),
                        onDuplicate: () => !isFull && keepPanels(duplicated(panels, i)),
                        onEarlier: i > 0 ? () => keepPanels(moved(panels, i, i - 1)) : undefined,
                        onLater: i < panels.length - 1 ? () => keepPanels(moved(panels, i, i + 1)) : undefined,
                        onRemove: () => keepPanels(panels.filter(({ id }) => id !== panel.id)),
                      }
                    : null
                }
              />
            ))}
          </div>
        )}
      </div>
      {edited !== null && (
        <PanelForm
          panel={edited.panel && withoutId(edited.panel)}
          failure={edited.failure}
          returnTo={edited.from}
          onSave={(panel) => save(edited, panel)}
          onClose={() => setEdited(null)}
        />
      )}
    </div>
  );
}

function showInAddress(chosen: Chosen): void {
  window.history.replaceState(window.history.state, '', addressOf(new URL(window.location.href), chosen));
}

function Back() {
  return (
    <Link href="/dashboards" className="flex shrink-0 items-center gap-1 text-secondary hover:text-text">
      <ArrowLeft size={14} aria-hidden /> <span className="max-lg:sr-only">Dashboards</span>
    </Link>
  );
}

function withoutId(panel: DashboardPanel): NewPanel {
  if (panel.kind === 'spans') return { kind: 'spans', title: panel.title, width: panel.width, query: panel.query };
  const { id: _, ...rest } = panel;
  return rest.kind === 'metric' ? { ...rest, groupBy: [...rest.groupBy] } : rest;
}
