import { useQuery } from '@tanstack/react-query';
import { formatAgo } from '../../../core/model/format';
import { useNow } from '../../app/use-now';
import { api } from '../../connection/connection';
import { ActivitySentence } from '../team/ActivitySentence';

/** What the team did, as far as it came here: it is there offline, too. */
export function TeamEvents() {
  const now = useNow(30_000);
  const { data } = useQuery({ queryKey: ['sync-events'], queryFn: () => api.syncEvents(), refetchInterval: 5_000 });
  return (
    <section aria-label="Activity" className="flex flex-col gap-1.5">
      <h2 className="font-semibold">What the team did</h2>
      {data?.length === 0 && <p className="text-secondary">Nothing yet.</p>}
      <ul>
        {data?.map((event) => (
          <li key={event.id} className="flex min-h-[28px] items-center gap-3 border-t border-line">
            <time className="w-[70px] shrink-0 text-secondary" dateTime={event.time}>
              {formatAgo(Date.parse(event.time), now)}
            </time>
            <span className="min-w-0 truncate">
              <span dir="auto">{event.actorName ?? 'A program'}</span> <ActivitySentence {...event} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
