/** A panel of logs: how many over time, by level, or the newest of them. */
import { useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { LogsPanel } from '../../../core/api/dashboard';
import type { LogHistogram } from '../../../core/api/logs';
import { filteredLogs } from '../../../core/dashboards/shared-filter';
import { plural } from '../../../core/model/format';
import { LOG_LEVELS } from '../../../core/model/log-level';
import { atLeast, foundIn } from '../../connection/answer';
import { questions } from '../../connection/connection';
import { LogsHistogram } from '../../features/logs/LogsHistogram';
import { LogTable } from '../../features/logs/LogTable';
import { ChartActions } from '../../features/series-chart/ChartActions';
import { type ChartData, csvOf } from '../../features/series-chart/chart-data';
import { SeriesTable } from '../../features/series-chart/SeriesTable';
import { useQuestion } from '../../hooks/use-question';
import { openLogs } from '../../stores/open-logs';
import { boundsOf } from '../../stores/time-range';
import { Button } from '../../ui/Button';
import { QuestionNote } from '../../ui/QuestionNote';
import { type Asking, PACE_MS } from './panel-asking';
import { panelTitle } from './panel-text';

interface LogsBodyProps extends Asking {
  readonly panel: LogsPanel;
}

const BUCKETS = 60;
const LISTED = 100;

export function LogsBody({ panel, filter, extent, ...asking }: LogsBodyProps) {
  const query = filteredLogs(panel.query, filter, extent.deployment);
  const Body = panel.show === 'list' ? List : Counts;
  return <Body title={panelTitle(panel)} query={query} extent={extent} {...asking} />;
}

interface BodyProps extends Omit<Asking, 'filter'> {
  readonly title: string;
  readonly query: string;
}

function Counts({ title, query, extent, version, onRange }: BodyProps) {
  const { range } = extent;
  const [asTable, setAsTable] = useState(false);
  const chart = useRef<HTMLDivElement>(null);
  const [, navigate] = useLocation();
  const question = useQuestion({
    key: ['dashboard log counts', query, range],
    ask: (waitMs, signal) => questions.logHistogram({ query, ...boundsOf(range), buckets: BUCKETS, waitMs }, signal),
    version,
    paceMs: PACE_MS,
  });
  const { answer, isOld, failure } = question;
  const histogram = answer && foundIn(answer);
  const data = useMemo(() => histogram && dataOf(histogram), [histogram]);
  return (
    <div aria-busy={answer === null || isOld}>
      {answer && histogram && data && failure === null && (
        <>
          {histogram.total === 0 ? (
            <p className="px-3 py-10 text-center text-secondary">
              {answer.state === 'partial' ? 'No log matches so far.' : 'No log matches in this time range.'}
            </p>
          ) : (
            <>
              <div ref={chart}>
                <LogsHistogram histogram={histogram} isOld={isOld} onSelect={onRange} />
              </div>
              <footer className="flex items-center gap-x-1 px-3 py-2">
                <span className="min-w-0 grow truncate pr-2 text-sm text-secondary">
                  {atLeast(answer)}
                  {plural(histogram.total, 'log')}
                </span>
                <Open onOpen={() => openLogs(query, null, navigate)} />
                <ChartActions
                  title={title}
                  asTable={asTable}
                  onTable={setAsTable}
                  csv={() => csvOf(data)}
                  chart={chart}
                />
              </footer>
            </>
          )}
          {asTable && histogram.total > 0 && <SeriesTable data={data} label={title} />}
        </>
      )}
      <QuestionNote
        isInside
        question={question}
        what="the logs"
        looking="Counting …"
        partial="Only the newest logs are counted so far, so every count is a minimum. Choose a shorter time range for a quicker answer."
      />
    </div>
  );
}

function List({ query, extent, version }: BodyProps) {
  const { range } = extent;
  const [, navigate] = useLocation();
  const question = useQuestion({
    key: ['dashboard logs', query, range],
    ask: (waitMs, signal) => questions.listLogs({ query, ...boundsOf(range), limit: LISTED, waitMs }, signal),
    version,
    paceMs: PACE_MS,
  });
  const { answer, isOld, failure } = question;
  const page = answer && foundIn(answer);
  const open = (): void => openLogs(query, null, navigate);
  return (
    <div aria-busy={answer === null || isOld}>
      {answer && page && failure === null && page.data.length > 0 && (
        <>
          <div className="flex h-[262px] border-b border-line">
            <LogTable
              logs={page.data}
              chosen={null}
              onChoose={open}
              onEnd={() => {}}
              isOld={isOld}
              withDay
              wraps={false}
            />
          </div>
          <footer className="flex items-center gap-x-1 px-3 py-2">
            <span className="min-w-0 grow truncate pr-2 text-sm text-secondary">
              {page.pagination.hasMore
                ? `the newest ${plural(page.data.length, 'log')}`
                : `${atLeast(answer)}${plural(page.data.length, 'log')}`}
            </span>
            <Open onOpen={open} />
          </footer>
        </>
      )}
      {answer?.state === 'complete' && page?.data.length === 0 && !isOld && failure === null && (
        <p className="px-3 py-10 text-center text-secondary">No log matches in this time range.</p>
      )}
      <QuestionNote isInside question={question} what="the logs" looking="Reading logs …" />
    </div>
  );
}

function Open({ onOpen }: { readonly onOpen: () => void }) {
  return (
    <Button look="ghost" className="px-1.5" title="Open in Logs" onClick={onOpen}>
      Open
    </Button>
  );
}

function dataOf({ from, bucketNs, counts }: LogHistogram): ChartData {
  const series = LOG_LEVELS.filter((level) => counts[level].some((count) => count > 0));
  return {
    fromMs: Date.parse(from),
    stepMs: bucketNs / 1e6,
    steps: counts.info.length,
    unit: '{log}',
    series: series.map((level) => ({ label: level, values: counts[level] })),
  };
}
