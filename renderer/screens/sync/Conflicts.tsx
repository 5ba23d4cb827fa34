import { useQuery } from '@tanstack/react-query';
import type { SyncConflict } from '../../../core/api/sync-state';
import { formatAgo } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { kindName, valueText } from '../../features/sync/sync-text';
import { useNow } from '../../hooks/use-now';
import { Button } from '../../ui/Button';

const KEPT = { mine: 'Yours is kept', theirs: 'Theirs is kept', both: 'Both are kept' } as const;

/** What two people changed at once, until somebody has read it. @param count of what the report says, to look again */
export function Conflicts({ count }: { readonly count: number }) {
  const now = useNow(30_000);
  const { data, refetch } = useQuery({ queryKey: ['sync-conflicts', count], queryFn: () => api.syncConflicts() });
  if (!data || data.length === 0) return null;
  const dismiss = (id: string | null): void => void api.dismissSyncConflict(id).then(() => refetch());
  return (
    <section aria-label="Conflicting changes" className="flex flex-col gap-1.5">
      <h2 className="flex items-center gap-3 font-semibold">
        Conflicting changes
        <Button look="ghost" onClick={() => dismiss(null)}>
          Mark all as read
        </Button>
      </h2>
      <ul>
        {data.map((conflict) => (
          <li key={conflict.id} className="flex items-start gap-3 border-t border-line py-1.5">
            <div className="min-w-0 grow">
              <div>
                {whatText(conflict)}. {KEPT[conflict.kept]}.{' '}
                <span className="text-secondary">{formatAgo(Date.parse(conflict.at), now)}</span>
              </div>
              <div className="truncate text-secondary" dir="auto" title={valueText(conflict.mine)}>
                Yours: {valueText(conflict.mine)}
              </div>
              <div className="truncate text-secondary" dir="auto" title={valueText(conflict.theirs)}>
                Theirs: {valueText(conflict.theirs)}
              </div>
            </div>
            <Button look="ghost" onClick={() => dismiss(conflict.id)}>
              Read
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function whatText({ kind, field }: SyncConflict): string {
  const name = kindName(kind);
  if (field === 'deleted') return `${name}: one deleted it, the other changed it`;
  // The text of a note, the text of a comment: there is no other.
  return field === 'note' || field === 'text' ? name : `${name}, ${field}`;
}
