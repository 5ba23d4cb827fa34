import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { formatAgo, formatDuration } from '../../../core/model/format';
import type { TraceSummary } from '../../../core/model/trace-summary';
import { api } from '../../connection/connection';
import { useNow } from '../../hooks/use-now';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { type Extent, inExtent } from '../../stores/time-range';

const SHOWN = 6;

/** The newest traces with errors: what somebody in trouble looks for. */
export function FailedTraces({ extent, version }: { readonly extent: Extent; readonly version: number }) {
  const now = useNow(10_000);
  const { data, refetch } = useQuery({
    queryKey: ['failed-traces', extent],
    queryFn: ({ signal }) => newestFailures(extent, signal),
    placeholderData: (previous) => previous,
    refetchOnMount: 'always',
  });
  useRefetchOn(version, refetch);
  return (
    <section aria-label="Recent failures" className="min-w-[300px] grow basis-0">
      <h2 className="flex h-[29px] items-center border-b border-line bg-raised px-3.5 text-sm font-medium text-secondary">
        Recent failures
      </h2>
      {data === undefined && <p className="px-3.5 py-3 text-secondary">Searching…</p>}
      {data?.length === 0 && <p className="px-3.5 py-3 text-secondary">No trace has an error.</p>}
      <ul>
        {data?.map(({ traceId, rootName, rootService, startTime, durationNs }) => (
          <li key={traceId} className="border-b border-line hover:bg-raised">
            <Link href={`/trace/${traceId}`} className="flex h-[32px] items-center gap-2 px-3.5">
              <span className="min-w-0 truncate font-medium" dir="auto">
                {rootName || 'unnamed'}
              </span>
              <span className="min-w-0 shrink truncate text-secondary" dir="auto">
                {rootService}
              </span>
              <span className="grow" />
              <span className="shrink-0 font-mono text-sm">{formatDuration(durationNs)}</span>
              <time className="w-[78px] shrink-0 text-right text-secondary" dateTime={startTime}>
                {formatAgo(Date.parse(startTime), now)}
              </time>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** An answer whose time was up is continued: that it found nothing does not mean that there is nothing. */
async function newestFailures(extent: Extent, signal: AbortSignal): Promise<readonly TraceSummary[]> {
  // A cursor belongs to the bounds that it was given for.
  const bounds = inExtent(extent);
  const found: TraceSummary[] = [];
  let cursor: string | undefined;
  while (found.length < SHOWN) {
    const asked = { query: 'status:error', ...bounds, limit: SHOWN - found.length, cursor };
    const { data, search, pagination } = await api.listTraces(asked, signal);
    found.push(...data);
    if (search.complete || pagination.nextCursor === null) break;
    cursor = pagination.nextCursor;
  }
  return found;
}
