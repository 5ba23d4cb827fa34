/** Words on a trace or a session: read, put on, taken off. */
import { useQuery } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { MarkTarget } from '../../../core/api/mark-target';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';
import { May } from '../team/May';

const PACE_MS = 1_000;

export function TagList({ about }: { readonly about: MarkTarget }) {
  const version = useThrottled(
    useConnection(({ version }) => version),
    PACE_MS,
  );
  const [draft, setDraft] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const { traceId, sessionId } = about;
  const { data, refetch } = useQuery({
    queryKey: ['tags', about],
    refetchOnMount: 'always',
    queryFn: () =>
      api.listTags({ limit: 100, ...(traceId !== null && { traceId }), ...(sessionId !== null && { sessionId }) }),
  });
  useRefetchOn(version, refetch);
  const change = (changing: Promise<unknown>): void => {
    changing.then(
      () => {
        setDraft(null);
        setFailure(null);
        void refetch();
      },
      (error: Error) => setFailure(error.message),
    );
  };
  const add = (event: FormEvent): void => {
    event.preventDefault();
    if (draft?.trim()) change(api.createTag({ ...about, name: draft }));
  };
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      {data?.data.map(({ id, name }) => (
        <span
          key={id}
          className="flex items-center gap-1 rounded border border-line bg-raised px-1.5 text-xs leading-[18px]"
        >
          <span className="max-w-[140px] truncate" dir="auto">
            {name}
          </span>
          <May permission="notes:write">
            <button type="button" aria-label={`Remove the tag ${name}`} onClick={() => change(api.deleteTag(id))}>
              <X size={10} aria-hidden />
            </button>
          </May>
        </span>
      ))}
      <May permission="notes:write">
        {draft === null ? (
          <button
            type="button"
            className="flex items-center gap-0.5 text-sm text-secondary hover:text-text"
            onClick={() => setDraft('')}
          >
            <Plus size={11} aria-hidden /> Tag
          </button>
        ) : (
          <form onSubmit={add}>
            <input
              aria-label="Tag"
              maxLength={100}
              // biome-ignore lint/a11y/noAutofocus: it was asked for by a click
              autoFocus
              className="h-[22px] w-[110px] rounded border border-line-strong bg-background px-1 text-sm"
              value={draft}
              onChange={({ target }) => setDraft(target.value)}
              onBlur={() => draft === '' && setDraft(null)}
              onKeyDown={(event) => {
                event.stopPropagation();
                if (event.key === 'Escape') setDraft(null);
              }}
            />
          </form>
        )}
      </May>
      {failure && (
        <span role="alert" className="truncate text-error" title={failure}>
          {failure}
        </span>
      )}
    </span>
  );
}
