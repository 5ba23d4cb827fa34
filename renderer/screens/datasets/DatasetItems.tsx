import { useInfiniteQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { DatasetItem } from '../../../core/api/evaluation';
import { api } from '../../connection/connection';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { askedIn, saidIn } from './item-text';

const PAGE = 50;
const GRID = 'grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_minmax(0,1fr)_60px] gap-x-4 px-3.5';

/** What is asked, what was answered, what is expected; the last can be written here. */
export function DatasetItems({ datasetId }: { readonly datasetId: string }) {
  const [failure, setFailure] = useState<string | null>(null);
  const { data, refetch, fetchNextPage, hasNextPage } = useInfiniteQuery({
    queryKey: ['dataset-items', datasetId],
    queryFn: ({ pageParam }) =>
      api.listDatasetItems({ datasetId, limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pagination }) => pagination.nextCursor,
    refetchOnMount: 'always',
  });
  const items = data?.pages.flatMap((page) => page.data) ?? [];
  const change = (changing: Promise<unknown>): void => {
    changing.then(
      () => {
        setFailure(null);
        void refetch();
      },
      (problem: Error) => setFailure(problem.message),
    );
  };
  return (
    <section aria-label="Items" className="pt-6">
      <h2 className={`${GRID} h-[29px] items-center border-y border-line bg-raised text-sm font-medium text-secondary`}>
        <span>Asked</span>
        <span>Recorded answer</span>
        <span>Expected</span>
        <span />
      </h2>
      {failure && <Notice title="The item was not changed.">{failure}</Notice>}
      {items.map((item) => (
        <Item
          key={`${item.id} ${item.version}`}
          item={item}
          onExpect={(expected) =>
            change(api.updateDatasetItem(item.id, item.version, { prompt: item.prompt, expected }))
          }
          onDelete={() => change(api.deleteDatasetItem(item.id))}
        />
      ))}
      {data && items.length === 0 && (
        <p className="px-3.5 py-6 text-secondary">
          No items yet. Open a model call in a trace and add it from its messages.
        </p>
      )}
      {hasNextPage && (
        <div className="p-3.5">
          <Button onClick={() => void fetchNextPage()}>Show more</Button>
        </div>
      )}
    </section>
  );
}

interface ItemProps {
  readonly item: DatasetItem;
  readonly onExpect: (expected: string) => void;
  readonly onDelete: () => void;
}

function Item({ item, onExpect, onDelete }: ItemProps) {
  const { traceId, spanId, recorded } = item;
  const [expected, setExpected] = useState(item.expected);
  return (
    <article aria-label={askedIn(item).slice(0, 80)} className={`${GRID} items-start border-b border-line py-2`}>
      <p className="line-clamp-4 break-words whitespace-pre-wrap" dir="auto">
        {askedIn(item)}
      </p>
      <p className="line-clamp-4 break-words whitespace-pre-wrap text-secondary" dir="auto">
        {recorded ? saidIn(recorded) : '—'}
      </p>
      <textarea
        aria-label="Expected"
        rows={2}
        value={expected}
        placeholder="Expected answer"
        dir="auto"
        className="w-full resize-y rounded border border-line bg-background px-1.5 py-1 focus:border-accent"
        onChange={(event) => setExpected(event.target.value)}
        onBlur={() => {
          if (expected !== item.expected) onExpect(expected);
        }}
      />
      <span className="flex items-center justify-end gap-2">
        {traceId !== null && (
          <Link href={`/trace/${traceId}/${spanId ?? ''}`} className="text-sm text-accent hover:underline">
            Span
          </Link>
        )}
        <button type="button" aria-label="Delete this item" className="text-faint hover:text-text" onClick={onDelete}>
          <X size={14} />
        </button>
      </span>
    </article>
  );
}
