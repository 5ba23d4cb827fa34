import { OTHER } from '../../../core/api/other';
import type { OtherRed, RedGroup } from '../../../core/api/service-metrics';
import { formatCompact, formatCount, formatDuration, formatShare } from '../../../core/model/format';
import { serviceColor } from '../../ui/series';

const GRID = 'grid grid-cols-[minmax(140px,1fr)_90px_90px_90px_90px] items-center gap-x-4 px-3.5';
const TITLES = ['Requests', 'Failed', 'p50', 'p95'];

interface ServiceTableProps {
  readonly groups: readonly RedGroup[];
  /** Those that are too many for a row each. */
  readonly other: OtherRed | null;
  readonly onOpen: (service: string, failed: boolean) => void;
}

/** What each service served; one click shows its traces, or those that failed. */
export function ServiceTable({ groups, other, onOpen }: ServiceTableProps) {
  return (
    <div role="table" aria-label="Services" className="min-w-[620px]">
      <div role="row" className={`${GRID} h-[29px] border-b border-line bg-raised text-sm font-medium text-secondary`}>
        <span role="columnheader">Service</span>
        {TITLES.map((title) => (
          <span key={title} role="columnheader" className="text-right">
            {title}
          </span>
        ))}
      </div>
      {groups.map(({ service, spans, errors, p50Ns, p95Ns }) => (
        <div key={service} role="row" className={`${GRID} h-[32px] border-b border-line hover:bg-raised`}>
          <span role="rowheader" className="min-w-0">
            <button
              type="button"
              className="flex max-w-full items-center gap-2 text-left font-medium hover:underline"
              title="Show its traces"
              onClick={() => onOpen(service, false)}
            >
              <span className="size-2 shrink-0 rounded-sm" style={{ background: serviceColor(service) }} aria-hidden />
              <span className="truncate" dir="auto">
                {service || 'unnamed'}
              </span>
            </button>
          </span>
          <Cell>{spans === 0 ? <None /> : formatCompact(spans)}</Cell>
          <Cell>
            {spans === 0 ? (
              <None />
            ) : errors === 0 ? (
              <span className="text-faint">0</span>
            ) : (
              <button
                type="button"
                className="text-error hover:underline"
                title={`Show the traces in which a request to ${service} failed`}
                onClick={() => onOpen(service, true)}
              >
                {formatShare(errors, spans)}
              </button>
            )}
          </Cell>
          <Cell>{spans === 0 ? <None /> : formatDuration(p50Ns)}</Cell>
          <Cell>{spans === 0 ? <None /> : formatDuration(p95Ns)}</Cell>
        </div>
      ))}
      {other && (
        <div role="row" className={`${GRID} h-[32px] border-b border-line text-secondary`}>
          <span role="rowheader" className="min-w-0 truncate">
            {OTHER} {formatCount(other.count)} services
          </span>
          <Cell>{formatCompact(other.spans)}</Cell>
          <Cell>{other.errors === 0 ? '0' : formatShare(other.errors, other.spans)}</Cell>
          <Cell>{formatDuration(other.p50Ns)}</Cell>
          <Cell>{formatDuration(other.p95Ns)}</Cell>
        </div>
      )}
    </div>
  );
}

function None() {
  return (
    <span className="text-faint" title="None of its spans serves a request or starts a trace">
      —
    </span>
  );
}

function Cell({ children }: { readonly children: React.ReactNode }) {
  return (
    <span role="cell" className="text-right font-mono text-sm">
      {children}
    </span>
  );
}
