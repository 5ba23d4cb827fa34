import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { GuardrailHit } from '../../../core/api/guardrail';
import { formatAgo } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { useNow } from '../../hooks/use-now';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useSettings } from '../../stores/settings-store';
import { inExtent, isEverything } from '../../stores/time-range';
import { useExtent } from '../../stores/trace-list-store';
import { Button } from '../../ui/Button';
import { timeText } from '../../ui/clock-time';
import { Notice } from '../../ui/Notice';

const PAGE = 100;
const GRID = 'grid grid-cols-[160px_minmax(0,1fr)_minmax(120px,280px)_90px] items-center gap-x-4 px-3.5';

/** What rules marked, newest first; to see it is to have seen it. */
export function HitList({ version }: { readonly version: number }) {
  const now = useNow(10_000);
  const extent = useExtent();
  const setMarksSeen = useSettings(({ setMarksSeen }) => setMarksSeen);
  const { data, error, refetch, fetchNextPage, hasNextPage } = useInfiniteQuery({
    queryKey: ['guardrail-hits', extent],
    queryFn: ({ pageParam }) =>
      api.listGuardrailHits({ ...inExtent(extent), limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pagination }) => pagination.nextCursor,
    enabled: version > 0,
    placeholderData: (previous) => previous,
    refetchOnMount: 'always',
  });
  useRefetchOn(version, refetch);
  const hits = data?.pages.flatMap((page) => page.data) ?? [];
  const newest = hits[0]?.createdAt;
  useEffect(() => {
    if (newest !== undefined) setMarksSeen(newest);
  }, [newest, setMarksSeen]);
  if (error) return <Notice title="The guardrail hits could not be read.">{error.message}</Notice>;
  return (
    <section aria-label="Marked" className="pt-6">
      <h2 className={`${GRID} h-[29px] border-y border-line bg-raised text-sm font-medium text-secondary`}>
        <span>Rule</span>
        <span>Found</span>
        <span>Span</span>
        <span className="text-right">When</span>
      </h2>
      {hits.map((hit) => (
        <Hit key={hit.id} hit={hit} now={now} />
      ))}
      {data && hits.length === 0 && (
        <p className="px-3.5 py-6 text-secondary">
          {isEverything(extent)
            ? 'No guardrail hits yet. Rules check what arrives from now on, not what is already stored.'
            : 'No guardrail hits in the traces of this time range and filter.'}
        </p>
      )}
      {hasNextPage && (
        <div className="p-3.5">
          <Button onClick={() => void fetchNextPage()}>Show older</Button>
        </div>
      )}
    </section>
  );
}

function Hit({ hit, now }: { readonly hit: GuardrailHit; readonly now: number }) {
  const { traceId, spanId, ruleName, excerpt, attribute, spanName, createdAt } = hit;
  return (
    <a
      href={`#/trace/${traceId}${spanId === null ? '' : `/${spanId}`}`}
      className={`${GRID} h-[32px] border-b border-line hover:bg-raised`}
    >
      <span className="truncate font-medium text-warning" dir="auto">
        {ruleName}
      </span>
      <span
        className="truncate font-mono text-sm"
        dir="auto"
        title={attribute === '' ? excerpt : `${attribute}: ${excerpt}`}
      >
        {excerpt}
      </span>
      <span className="truncate text-secondary" dir="auto">
        {spanName}
      </span>
      <span className="text-right text-secondary" title={timeText(createdAt)}>
        {formatAgo(Date.parse(createdAt), now)}
      </span>
    </a>
  );
}
