/** Logs of the whole workspace: a search, how many over time, what they have in common, the list, and one in full. */
import clsx from 'clsx';
import { Pause, Play, WrapText } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { LogRecord } from '../../../core/api/telemetry';
import { formatCount, plural } from '../../../core/model/format';
import { atLeast, foundIn } from '../../connection/answer';
import { questions } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { AddToDashboard } from '../../features/dashboards/AddToDashboard';
import { TimeRangePicker } from '../../features/extent/TimeRangePicker';
import { LogsHistogram, UncountedLogs } from '../../features/logs/LogsHistogram';
import { LogTable, LogTitles } from '../../features/logs/LogTable';
import { takeEnter, useKeys } from '../../hooks/use-keys';
import { usePace } from '../../hooks/use-pace';
import { useQuestion } from '../../hooks/use-question';
import { boundsOf } from '../../stores/time-range';
import { useTraceList } from '../../stores/trace-list-store';
import { Button } from '../../ui/Button';
import { dayText } from '../../ui/clock-time';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';
import { QuestionNote } from '../../ui/QuestionNote';
import { SearchField } from '../../ui/SearchField';
import { FACET_FIELDS, LogFacets } from './LogFacets';
import { LogPanel } from './LogPanel';
import { LogPatterns } from './LogPatterns';
import { keepInAddress, queryInAddress, viewInAddress } from './log-query';
import { useLogs } from './use-logs';

const BUCKETS = 90;
const FACET_VALUES = 12;
/** Half of what "Logs around this" shows. */
const AROUND_MS = 15_000;
/** Nothing is asked while somebody types. */
const TYPING_MS = 250;

export function LogsPage() {
  const { range, setRange } = useTraceList();
  const version = useConnection(({ version }) => version);
  const [typed, setTyped] = useState(queryInAddress);
  const [query, setQuery] = useState(typed);
  const [chosen, setChosen] = useState<string | null>(null);
  const [isLive, setLive] = useState(true);
  const [view, setView] = useState(viewInAddress);
  const [wraps, setWraps] = useState(false);
  const search = useRef<{ focus: () => void }>(null);
  useEffect(() => {
    const timer = setTimeout(() => setQuery(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => keepInAddress(query, view), [query, view]);
  const [paceMs, shown] = usePace();
  const asked = { version, paceMs };
  const histogram = useQuestion({
    key: ['log histogram', query, range],
    ask: (waitMs, signal) => questions.logHistogram({ query, ...boundsOf(range), buckets: BUCKETS, waitMs }, signal),
    ...asked,
  });
  const facets = useQuestion({
    key: ['log facets', query, range],
    ask: (waitMs, signal) =>
      questions.logFacets({ query, ...boundsOf(range), fields: FACET_FIELDS, limit: FACET_VALUES, waitMs }, signal),
    ...asked,
  });
  const list = useLogs(query, range, version, isLive);
  const { logs, failure } = list;
  const { answer } = histogram;
  const withDay = answer !== null && dayText(foundIn(answer).from) !== dayText(Date.now());
  shown(!answer || foundIn(answer).total === 0);
  const move = (by: number): void => {
    if (view !== 'list') return;
    takeEnter();
    const at = logs.findIndex(({ id }) => id === chosen);
    const next = logs[Math.min(Math.max(at + by, 0), logs.length - 1)];
    if (next) setChosen(next.id);
  };
  useKeys({
    '/': () => search.current?.focus(),
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    Escape: () => setChosen(null),
  });
  const around = ({ time }: LogRecord): void => {
    const at = Date.parse(time);
    setTyped('');
    setQuery('');
    setRange({ kind: 'between', fromMs: at - AROUND_MS, toMs: at + AROUND_MS });
  };
  const isEmpty = logs.length === 0 && !list.isLoading && !list.isOld && !list.hasMore && !list.isCut && !failure;
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Logs</h1>
        <SearchField
          ref={search}
          label="Search logs"
          placeholder="Words, severity>=warn, service:web"
          value={typed}
          onChange={setTyped}
          className="min-w-0 grow"
        />
        <span role="group" aria-label="View" className="flex shrink-0 rounded-md border border-line-strong">
          {(['list', 'patterns'] as const).map((one) => (
            <Button
              key={one}
              look="ghost"
              className={clsx('h-[24px]', view === one && 'bg-accent-ground text-accent')}
              aria-pressed={view === one}
              onClick={() => {
                setView(one);
                setChosen(null);
              }}
            >
              {one === 'list' ? 'List' : 'Patterns'}
            </Button>
          ))}
        </span>
        {view === 'list' && (
          <Button
            aria-pressed={wraps}
            title="Wrap messages, or show each on one line"
            className="max-md:hidden"
            onClick={() => setWraps(!wraps)}
          >
            <WrapText size={13} className={wraps ? 'text-accent' : ''} aria-hidden /> Wrap
          </Button>
        )}
        <AddToDashboard panel={{ kind: 'logs', title: '', width: 'half', query, show: 'count' }} isSmall />
        <TimeRangePicker range={range} onChange={setRange} />
        <Button aria-pressed={isLive} onClick={() => setLive(!isLive)}>
          {isLive ? <Play size={13} aria-hidden /> : <Pause size={13} aria-hidden />}
          {isLive ? 'Live' : 'Paused'}
        </Button>
      </PageHeader>
      {failure === null &&
        (answer === null && histogram.failure === null ? (
          <UncountedLogs />
        ) : (
          <QuestionNote question={histogram} what="the counts" looking="Counting …" />
        ))}
      {failure !== null && (
        <Notice title="The logs could not be read." action={<Button onClick={list.askAgain}>Try again</Button>}>
          {failure}
        </Notice>
      )}
      {answer && foundIn(answer).total > 0 && (
        <LogsHistogram histogram={foundIn(answer)} isOld={histogram.isOld} onSelect={setRange} />
      )}
      {failure !== null && logs.length === 0 ? null : isEmpty ? (
        <p className="mx-auto max-w-[560px] px-6 pt-20 text-center text-secondary">
          {query !== '' &&
            `No logs match. Remove a part of the search${range.kind === 'all' ? '' : ', or choose a longer time range'}.`}
          {query === '' && range.kind !== 'all' && 'No logs in this time range. Choose a longer one.'}
          {query === '' && range.kind === 'all' && (
            <>
              No logs yet. Programs send them over OTLP to the address under{' '}
              <Link href="/connect" className="text-accent underline">
                Send traces
              </Link>
              .
            </>
          )}
        </p>
      ) : (
        <div className="flex min-h-0 grow bg-panel">
          <LogFacets question={facets} query={typed} onQuery={setTyped} isTight={chosen !== null} />
          <div className="flex min-w-0 grow flex-col">
            <div className="gutter flex h-[29px] shrink-0 items-center gap-3 overflow-hidden border-b border-line bg-raised px-3.5 text-sm text-secondary">
              <div aria-hidden="true" className="flex min-w-0 grow items-center gap-3 font-medium">
                {view === 'list' ? <LogTitles withDay={withDay} /> : 'Similar messages, grouped'}
              </div>
              <div role="status" className="flex shrink-0 items-center gap-3">
                {answer && !histogram.isOld && (
                  <span className={clsx(answer.state === 'partial' && 'text-warning')}>
                    {atLeast(answer)}
                    {plural(foundIn(answer).total, 'log')}
                  </span>
                )}
                {list.isLoading && 'Reading logs …'}
                {list.isLookingOn && `Searching beyond ${formatCount(logs.length)} …`}
                {list.isCut && (
                  <button type="button" className="text-accent hover:underline" onClick={list.askAgain}>
                    Not all logs were searched. Try again
                  </button>
                )}
                {list.isBehind && (
                  <button type="button" className="text-accent hover:underline" onClick={list.catchUp}>
                    Show the newest logs
                  </button>
                )}
              </div>
            </div>
            {view === 'patterns' ? (
              <LogPatterns
                query={query}
                range={range}
                version={version}
                onOpen={(narrowed) => {
                  setView('list');
                  setTyped(narrowed);
                  setQuery(narrowed);
                }}
              />
            ) : (
              <LogTable
                logs={logs}
                chosen={chosen}
                onChoose={setChosen}
                onEnd={list.more}
                isOld={list.isOld}
                withDay={withDay}
                wraps={wraps}
              />
            )}
          </div>
          {chosen !== null && <LogPanel logId={chosen} onClose={() => setChosen(null)} onAround={around} />}
        </div>
      )}
    </div>
  );
}
