/** Every metric that arrived, by name. */
import { useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { formatCount } from '../../../core/model/format';
import { foundIn } from '../../connection/answer';
import { TimeRangePicker } from '../../features/extent/TimeRangePicker';
import { useCatalogue } from '../../features/metric-chart/use-catalogue';
import { takeEnter, useKeys } from '../../hooks/use-keys';
import { useNow } from '../../hooks/use-now';
import { addressOf, newPanel } from '../../stores/metrics-address';
import { useTraceList } from '../../stores/trace-list-store';
import { Button } from '../../ui/Button';
import { PageHeader } from '../../ui/PageHeader';
import { QuestionNote } from '../../ui/QuestionNote';
import { SearchField } from '../../ui/SearchField';
import { MetricTable } from './MetricTable';

export function MetricsPage() {
  const { range, setRange } = useTraceList();
  const [query, setQuery] = useState('');
  const [cursor, setCursor] = useState(-1);
  const [, navigate] = useLocation();
  const now = useNow(10_000);
  const search = useRef<{ focus: () => void }>(null);
  const { question, showMore } = useCatalogue(query, range);
  const data = question.answer && foundIn(question.answer);
  const isPartial = question.answer?.state === 'partial';
  const entries = data?.entries ?? [];
  const open = (metricId: number): void => navigate(addressOf([newPanel(metricId)]));
  const move = (by: number): void => {
    takeEnter();
    setCursor((at) => Math.min(Math.max(at + by, 0), entries.length - 1));
  };
  useKeys({
    '/': () => search.current?.focus(),
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    Enter: () => {
      const entry = entries[cursor];
      if (entry) open(entry.metric.id);
    },
  });
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Metrics</h1>
        {data && !question.isOld && (
          <span className="text-secondary">
            {formatCount(entries.length)}
            {data.hasMore ? '+' : ''}
          </span>
        )}
        <SearchField
          ref={search}
          label="Find metrics"
          placeholder="Find by name or description"
          value={query}
          onChange={(text) => {
            setQuery(text);
            setCursor(-1);
          }}
          onEnter={() => {
            const [first] = entries;
            if (first) open(first.metric.id);
          }}
          className="max-w-[360px] min-w-0 grow"
        />
        <span className="grow" />
        <TimeRangePicker range={range} onChange={setRange} />
      </PageHeader>
      {(question.failure !== null || !data || (isPartial && !question.isOld)) && (
        <QuestionNote
          question={question}
          what="the metrics"
          looking="Reading the metrics …"
          partial="These are the first of them by name; the others are still being read."
        />
      )}
      {data && entries.length === 0 && !question.isOld && !isPartial && (
        <p className="mx-auto max-w-[560px] px-6 pt-20 text-center text-secondary">
          {query === '' ? (
            <>
              No metrics have arrived yet. Point the OTLP exporter of your program at this machine:{' '}
              <Link href="/connect" className="text-accent underline">
                Send traces
              </Link>{' '}
              has the configuration for it. Metrics go to the same address.
            </>
          ) : (
            'No metric has these words in its name or description.'
          )}
        </p>
      )}
      {entries.length > 0 && (
        <div
          aria-busy={question.isOld}
          className={`min-h-0 grow overflow-auto bg-panel ${question.isOld ? 'opacity-60' : ''}`}
        >
          <MetricTable entries={entries} nowMs={now} cursor={cursor} onOpen={open} />
          {data?.hasMore && !isPartial && (
            <div className="p-3 text-center">
              <Button onClick={showMore}>Show more</Button>
            </div>
          )}
        </div>
      )}
    </div>
  );
}
