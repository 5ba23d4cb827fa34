/** Two traces as one tree: what was added, removed, slower, faster; by span and by operation. */

import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { ArrowLeftRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { ComparedRow, ComparisonBlock } from '../../../core/api/timeline';
import { formatCount, formatDuration } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { useKeys } from '../../hooks/use-keys';
import { useCompare } from '../../stores/compare-store';
import { Button } from '../../ui/Button';
import { timeText } from '../../ui/clock-time';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';
import { ComparedSpans } from './ComparedSpans';
import { CompareTree } from './CompareTree';
import { formatDelta } from './format-delta';
import { OperationDeltas } from './OperationDeltas';

interface ComparePageProps {
  readonly a: string;
  readonly b: string;
}

export function ComparePage({ a, b }: ComparePageProps) {
  const connected = useConnection(({ version }) => version > 0);
  const [onlyChanges, setOnlyChanges] = useState(true);
  const [byOperation, setByOperation] = useState(false);
  const [chosen, setChosen] = useState<ComparedRow | null>(null);
  const [, navigate] = useLocation();
  const { data, error, refetch } = useQuery({
    queryKey: ['compare', a, b, onlyChanges, 0],
    queryFn: () => api.compareTimelines(a, b, { from: 0, to: 200, onlyChanges }),
    enabled: connected,
    placeholderData: (previous) => previous,
    gcTime: 0,
  });
  useEffect(
    () => () => {
      for (const traceId of [a, b]) void api.closeTimeline(traceId).catch(() => {});
    },
    [a, b],
  );
  // The choice is used up.
  useEffect(() => useCompare.getState().clear(), []);
  useKeys({
    Escape: () => (chosen ? setChosen(null) : navigate('/traces')),
    x: () => navigate(`/compare/${b}/${a}`),
    '1': () => setByOperation(false),
    '2': () => setByOperation(true),
  });
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <Link href="/traces" className="shrink-0 text-secondary hover:text-accent">
          Traces
        </Link>
        <span className="text-faint">/</span>
        <h1 className="truncate font-semibold">Compare</h1>
        <span className="grow" />
        <Button onClick={() => navigate(`/compare/${b}/${a}`)} title="Swap the two (X)">
          <ArrowLeftRight size={13} aria-hidden /> Swap
        </Button>
      </PageHeader>
      {error && (
        <Notice
          title="These traces could not be compared."
          action={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {error.message}
        </Notice>
      )}
      {!data && !error && <p className="p-4 text-secondary">Comparing …</p>}
      {data && (
        <>
          <Sides data={data} />
          <div className="flex h-[33px] shrink-0 items-center gap-1 border-b border-line bg-panel px-3">
            <Choice on={!byOperation} onChoose={() => setByOperation(false)}>
              Spans
            </Choice>
            <Choice on={byOperation} onChoose={() => setByOperation(true)}>
              Operations
            </Choice>
            <span className="grow" />
            <Choice on={onlyChanges} onChoose={() => setOnlyChanges(!onlyChanges)}>
              Only changes
            </Choice>
          </div>
          <div className="flex min-h-0 grow">
            {byOperation ? (
              <OperationDeltas operations={data.operations} />
            ) : (
              <CompareTree a={a} b={b} first={data} onlyChanges={onlyChanges} chosen={chosen} onChoose={setChosen} />
            )}
            {chosen && !byOperation && <ComparedSpans a={a} b={b} row={chosen} onClose={() => setChosen(null)} />}
          </div>
        </>
      )}
    </div>
  );
}

function Sides({ data: { a, b, counts } }: { readonly data: ComparisonBlock }) {
  const delta = b.endNs - b.startNs - (a.endNs - a.startNs);
  return (
    <section
      aria-label="Summary"
      className="flex shrink-0 flex-wrap items-center gap-x-8 gap-y-1 border-b border-line bg-panel px-3.5 py-2"
    >
      <Side name="A" summary={a.summary} durationNs={a.endNs - a.startNs} />
      <Side name="B" summary={b.summary} durationNs={b.endNs - b.startNs} />
      <span className={clsx('font-mono', delta > 0 ? 'text-warning' : 'text-ok')}>{formatDelta(delta)}</span>
      <span className="grow" />
      <span className="text-secondary">
        {formatCount(counts.added)} added · {formatCount(counts.removed)} removed · {formatCount(counts.slower)} slower
        · {formatCount(counts.faster)} faster
      </span>
    </section>
  );
}

interface SideProps {
  readonly name: 'A' | 'B';
  readonly summary: ComparisonBlock['a']['summary'];
  readonly durationNs: number;
}

function Side({ name, summary, durationNs }: SideProps) {
  return (
    <div className="flex min-w-0 items-baseline gap-2">
      <span className="rounded border border-line-strong px-1 font-mono text-xs text-secondary">{name}</span>
      <Link href={`/trace/${summary.traceId}`} className="max-w-[280px] truncate font-semibold hover:text-accent">
        {summary.rootName || 'unnamed'}
      </Link>
      <span className="font-mono text-sm">{formatDuration(durationNs)}</span>
      <span className="text-sm text-secondary">
        {formatCount(summary.spanCount)} spans · {timeText(summary.startTime)}
      </span>
    </div>
  );
}

interface ChoiceProps {
  readonly on: boolean;
  readonly onChoose: () => void;
  readonly children: string;
}

function Choice({ on, onChoose, children }: ChoiceProps) {
  return (
    <button
      type="button"
      aria-pressed={on}
      className={clsx('h-6 rounded-md px-2', on ? 'bg-accent-ground text-accent' : 'text-secondary hover:bg-raised')}
      onClick={onChoose}
    >
      {children}
    </button>
  );
}
