import { ChartBarDecreasing } from 'lucide-react';
import type { SpanGroup } from '../../../core/api/search';
import { formatCount, formatDuration } from '../../../core/model/format';
import { conditionText, withCondition } from '../../../core/query/facets';
import { comparing } from '../../../core/query/span-metrics';
import { foundIn } from '../../connection/answer';
import { questions } from '../../connection/connection';
import { useQuestion } from '../../hooks/use-question';
import { type Extent, inExtent } from '../../stores/time-range';
import { QuestionNote } from '../../ui/QuestionNote';

interface GroupTableProps {
  readonly query: string;
  /** The same in TraceQL. */
  readonly traceql: string;
  readonly extent: Extent;
  readonly by: string;
  readonly version: number;
  /** Shows the traces of one group, or what sets it apart. */
  readonly onOpen: (query: string) => void;
}

/** Every span that matches is counted again. */
const PACE_MS = 30_000;
const COLUMNS = 'grid grid-cols-[minmax(0,1fr)_minmax(80px,220px)_90px_90px_90px_26px] items-center gap-x-4 px-3.5';

/** The spans that match, by a field: how many, how many failed, how long they took. A row leads to its traces. */
export function GroupTable({ query, traceql, extent, by, version, onOpen }: GroupTableProps) {
  const question = useQuestion({
    key: ['groups', query, extent, by],
    ask: (waitMs, signal) => questions.groups({ query, by, ...inExtent(extent), waitMs }, signal),
    version,
    paceMs: PACE_MS,
  });
  const { answer, isOld } = question;
  const { groups = [] } = answer ? foundIn(answer) : {};
  const most = groups[0]?.spans ?? 1;
  return (
    <div
      role="table"
      aria-label={`Spans by ${by}`}
      aria-busy={!answer || isOld}
      className={`flex min-h-0 min-w-0 grow flex-col bg-panel ${isOld ? 'opacity-60' : ''}`}
    >
      <div
        role="row"
        className={`${COLUMNS} gutter h-[29px] shrink-0 overflow-hidden border-b border-line bg-raised text-sm font-medium text-secondary`}
      >
        <span role="columnheader" className="truncate">
          {by}
        </span>
        <span role="columnheader">Spans</span>
        <span role="columnheader" className="text-right">
          Errors
        </span>
        <span role="columnheader" className="text-right">
          p50
        </span>
        <span role="columnheader" className="text-right">
          p95
        </span>
        <span role="columnheader" className="sr-only">
          Difference
        </span>
      </div>
      <div className="gutter min-h-0 grow overflow-y-auto">
        {groups.map((group) => (
          <GroupRow
            key={group.value}
            group={group}
            most={most}
            onOpen={() => onOpen(withCondition(query, by, group.value))}
            onCompare={() => {
              const compared = comparing(traceql, conditionText(by, group.value));
              if (compared !== null) onOpen(compared);
            }}
          />
        ))}
        {answer?.state === 'complete' && groups.length === 0 && !isOld && (
          <p className="px-3.5 py-6 text-secondary">No span matches.</p>
        )}
        <QuestionNote
          question={question}
          what="the spans"
          looking="Counting …"
          partial="Only the newest spans are counted so far, so every number is a minimum. Choose a shorter time range for a quicker answer."
        />
      </div>
    </div>
  );
}

interface GroupRowProps {
  readonly group: SpanGroup;
  readonly most: number;
  readonly onOpen: () => void;
  readonly onCompare: () => void;
}

function GroupRow({ group, most, onOpen, onCompare }: GroupRowProps) {
  const { value, spans, errors, p50Ns, p95Ns } = group;
  return (
    <div role="row" className={`${COLUMNS} relative h-[32px] border-b border-line hover:bg-raised`}>
      <span role="cell" className="min-w-0">
        <button
          type="button"
          className="block max-w-full truncate text-left font-semibold after:absolute after:inset-0"
          dir="auto"
          onClick={onOpen}
        >
          {value}
        </button>
      </span>
      <span role="cell" className="flex items-center gap-2.5">
        <span className="h-[5px] min-w-0 grow rounded-full bg-raised">
          <span
            className="block h-full rounded-full bg-accent/70"
            style={{ width: `${Math.max(2, (100 * spans) / most)}%` }}
          />
        </span>
        <span className="w-[72px] text-right font-mono text-sm">{formatCount(spans)}</span>
      </span>
      <span role="cell" className={`text-right font-mono text-sm ${errors > 0 ? 'text-error' : 'text-faint'}`}>
        {formatCount(errors)}
      </span>
      <span role="cell" className="text-right font-mono text-sm">
        {formatDuration(p50Ns)}
      </span>
      <span role="cell" className="text-right font-mono text-sm">
        {formatDuration(p95Ns)}
      </span>
      <span role="cell" className="relative z-10 flex justify-end">
        <button
          type="button"
          aria-label={`What sets ${value} apart`}
          title={`What sets ${value} apart from the other spans`}
          className="rounded p-1 text-accent hover:bg-panel"
          onClick={onCompare}
        >
          <ChartBarDecreasing size={14} aria-hidden />
        </button>
      </span>
    </div>
  );
}
