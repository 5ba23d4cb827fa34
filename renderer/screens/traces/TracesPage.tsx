import { Pause } from 'lucide-react';
import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { DEPLOYMENT_FIELDS } from '../../../core/model/deployment-keys';
import { readableTraceql } from '../../../core/query/facets';
import { spanMetricIn } from '../../../core/query/span-metrics';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { ExtentPicker } from '../../features/extent/ExtentPicker';
import { EmptyWorkspace } from '../../features/send-traces/EmptyWorkspace';
import { useKeys } from '../../hooks/use-keys';
import { useStatus } from '../../hooks/use-status';
import { page } from '../../routing/screen';
import { useCompare } from '../../stores/compare-store';
import { useRecentSearches } from '../../stores/recent-searches';
import { useRemoved } from '../../stores/removed-store';
import { ALL_TIME, isEverything, rangeLabel } from '../../stores/time-range';
import { askedOf, useExtent, useTraceList } from '../../stores/trace-list-store';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';
import { ExportTraces } from './ExportTraces';
import { QueryEditor } from './editor/QueryEditor';
import { Facets } from './Facets';
import { GroupTable } from './GroupTable';
import { Overview } from './Overview';
import { QueryHistory } from './QueryHistory';
import { SaveView } from './SaveView';
import { SearchNote } from './SearchNote';
import { TraceTable } from './TraceTable';
import { ViewComments } from './ViewComments';

/** Its charts come with code of their own, which a list of traces does not wait for. */
const SpanMetric = page(async () => (await import('./SpanMetric')).SpanMetric);

type TraceList = ReturnType<typeof useTraceList.getState>;

const SEARCH_DELAY_MS = 150;
const UNREADABLE_DELAY_MS = 900;

export function TracesPage() {
  const list = useTraceList();
  const version = useConnection(({ version }) => version);
  const [text, setText] = useState(list.query);
  const search = useRef<{ focus: () => void }>(null);
  const grid = useRef<HTMLDivElement>(null);
  /** Enter was pressed in the search box: the first row that it finds has the keyboard. */
  const [entered, setEntered] = useState(false);
  const atTop = useRef(true);
  const { refresh, setQuery } = list;
  const setAtTop = useCallback((top: boolean) => {
    atTop.current = top;
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: asks again when the store's version moves
  useEffect(() => {
    void refresh(atTop.current);
  }, [version, refresh]);

  useEffect(() => {
    // TraceQL that is still being written is no mistake yet.
    const delayMs = readableTraceql(text) === null ? UNREADABLE_DELAY_MS : SEARCH_DELAY_MS;
    const timer = setTimeout(() => setQuery(text.trim()), delayMs);
    return () => clearTimeout(timer);
  }, [text, setQuery]);

  // A saved view, or a link, says what to search for.
  useEffect(() => setText((typed) => (typed.trim() === list.query ? typed : list.query)), [list.query]);

  const { phase, traces, setCursor } = list;
  useEffect(() => {
    if (!entered || phase === 'loading') return;
    setEntered(false);
    const [first] = traces;
    if (phase === 'ready' && first) setCursor(first.traceId);
    grid.current?.focus();
  }, [entered, phase, traces, setCursor]);

  useKeys({ '/': () => search.current?.focus(), n: () => list.showWaiting() });

  const extent = useExtent();
  const status = useStatus();
  const connected = useConnection(({ phase }) => phase === 'connected');
  const live =
    connected && status?.store.state === 'ready' && !status.disk.full && status.otlpHttp.state === 'listening';
  const metric = useMemo(() => spanMetricIn(list.query), [list.query]);
  const isClosed = status?.store.state === 'failed' || status?.store.state === 'damaged';
  const isEmpty = list.phase === 'ready' && list.traces.length === 0;
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <QueryEditor
          ref={search}
          label="Search traces"
          hint="Words, service:checkout, status:error, or TraceQL: { duration > 1s }"
          value={text}
          onChange={setText}
          failed={list.phase === 'failed' && list.query === text.trim()}
          onEnter={(value) => {
            setQuery(value.trim());
            // What cannot be read is mended where it stands.
            if (readableTraceql(value) === null) return false;
            useRecentSearches.getState().add(value);
            setEntered(true);
            return true;
          }}
          className="w-[680px] max-w-full min-w-0"
        >
          <QueryHistory
            onPick={(query) => {
              setText(query);
              setQuery(query);
              useRecentSearches.getState().add(query);
            }}
          />
        </QueryEditor>
        <span className="grow" />
        <ExtentPicker />
        <ViewComments />
        {metric === null && <ExportTraces />}
        <SaveView />
        {live && metric === null && (
          <Button
            aria-pressed={!list.paused}
            title={list.paused ? 'Show new traces as they arrive' : 'Hold new traces back'}
            onClick={() => list.setPaused(!list.paused)}
            className="max-sm:hidden"
          >
            {list.paused ? (
              <Pause size={12} className="text-faint" aria-hidden />
            ) : (
              <span className="size-2 rounded-full bg-ok" />
            )}
            {list.paused ? 'Paused' : 'Live'}
          </Button>
        )}
      </PageHeader>
      <SearchNote text={text} onEdit={setText} />
      <CompareBanner />
      <RemovedBanner />
      {list.phase === 'failed' && list.query === '' && !isClosed && (
        <Notice
          title="The traces could not be read."
          action={<Button onClick={() => void refresh(true)}>Try again</Button>}
        >
          {list.error}
        </Notice>
      )}
      {/* Without a database there is nothing to list; the notice above says what to do. */}
      {isClosed ? null : isEmpty && list.query === '' && isEverything(list) ? (
        <EmptyWorkspace arrives="It is listed here as soon as it arrives." />
      ) : (
        <>
          <h1 className="sr-only">Traces</h1>
          {metric === null && <Overview list={list} version={version} onQuery={setText} />}
          <div className="flex min-h-0 grow">
            {metric !== null ? (
              <Suspense fallback={null}>
                <SpanMetric
                  query={list.query}
                  metric={metric}
                  extent={extent}
                  version={version}
                  onRange={list.setRange}
                  onQuery={setText}
                />
              </Suspense>
            ) : list.groupBy !== null ? (
              <GroupTable
                query={list.query}
                traceql={askedOf(list)}
                extent={extent}
                by={list.groupBy}
                version={version}
                onOpen={(narrowed) => {
                  list.setGroupBy(null);
                  setText(narrowed);
                }}
              />
            ) : isEmpty && list.searching === null ? (
              <NoMatch list={list} onClear={() => setText('')} />
            ) : (
              <TraceTable list={list} onTopChange={setAtTop} gridRef={grid} />
            )}
            {/* Metrics that are calculated from others have several sets of spans: there is not one to narrow. */}
            {metric?.metrics?.kind !== 'math' && (
              <Facets text={text.trim()} query={list.query} extent={extent} version={version} onQuery={setText} />
            )}
          </div>
        </>
      )}
    </div>
  );
}

/** A first trace was chosen: the next that is opened is compared with it. */
function CompareBanner() {
  const { chosen, clear } = useCompare();
  if (!chosen) return null;
  return (
    <div className="flex h-[33px] shrink-0 items-center gap-2 border-b border-line bg-accent-ground px-3.5 text-accent">
      <span className="truncate">
        Open the trace to compare with <strong className="font-semibold">{chosen.name || 'unnamed'}</strong>.
      </span>
      <span className="grow" />
      <Button look="ghost" onClick={clear}>
        Cancel
      </Button>
    </div>
  );
}

function RemovedBanner() {
  const { removed, set } = useRemoved();
  if (!removed) return null;
  const undo = (): void => {
    void api.restoreTrace(removed.traceId).then(() => {
      set(null);
      return useTraceList.getState().reload();
    });
  };
  return (
    <div role="status" className="flex h-[33px] shrink-0 items-center gap-2 border-b border-line bg-raised px-3.5">
      <span className="truncate">
        Deleted <strong className="font-semibold">{removed.name || 'unnamed'}</strong>.
      </span>
      <Button look="ghost" onClick={undo}>
        Undo
      </Button>
      <span className="grow" />
      <Button look="ghost" onClick={() => set(null)}>
        Dismiss
      </Button>
    </div>
  );
}

function NoMatch({ list, onClear }: { readonly list: TraceList; readonly onClear: () => void }) {
  const { query, range, deployment, setRange, setDeployment, stoppedAt } = list;
  const chosen = DEPLOYMENT_FIELDS.flatMap((field) => deployment[field] ?? []);
  return (
    <div className="flex min-w-0 grow flex-col items-center gap-3 px-6 pt-20 text-center">
      <p className="text-secondary">
        {stoppedAt === null ? 'No trace' : `In the ${Math.round(stoppedAt * 100)} % searched so far, no trace`}
        {range.kind === 'all' ? '' : ` of this time range (${rangeLabel(range)})`}
        {chosen.length > 0 && ` from ${chosen.join(', ')}`}
        {query === '' ? '' : ' matches '}
        {query !== '' && <code className="font-mono break-words text-text">{query}</code>}.
      </p>
      <div className="flex gap-2">
        {range.kind !== 'all' && <Button onClick={() => setRange(ALL_TIME)}>Search all time</Button>}
        {chosen.length > 0 && <Button onClick={() => setDeployment({})}>Clear the filter</Button>}
        {query !== '' && <Button onClick={onClear}>Clear the search</Button>}
      </div>
    </div>
  );
}
