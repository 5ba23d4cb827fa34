import { useEffect, useState } from 'react';
import { formatAgo } from '../../../core/model/format';
import { ActivitySentence } from '../../features/team/ActivitySentence';
import { useNow } from '../../hooks/use-now';
import { useTeamEvents, useUnreadComments } from '../../hooks/use-team-events';
import { useSettings } from '../../stores/settings-store';

/** Team activity: it is there offline, too. Who looks at it has read it. */
export function TeamEvents() {
  const now = useNow(30_000);
  const { data } = useTeamEvents();
  const unread = useUnreadComments();
  // Marked for as long as the page is looked at.
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const newest = data?.[0]?.time;
  useEffect(() => {
    if (unread.length === 0 || newest === undefined) return;
    setFresh((before) => new Set([...before, ...unread.map(({ id }) => id)]));
    useSettings.getState().setTeamSeen(newest);
  }, [unread, newest]);
  return (
    <section aria-label="Activity" className="flex flex-col gap-1.5">
      <h2 className="font-semibold">Team activity</h2>
      {data?.length === 0 && <p className="text-secondary">Nothing yet.</p>}
      <ul>
        {data?.map((event) => (
          <li key={event.id} className="flex min-h-[28px] items-center gap-3 border-t border-line">
            <time className="w-[70px] shrink-0 text-secondary" dateTime={event.time}>
              {formatAgo(Date.parse(event.time), now)}
            </time>
            <span className="min-w-0 truncate">
              {fresh.has(event.id) && <span className="pr-1.5 font-medium text-accent">new</span>}
              <span dir="auto">{event.actorName ?? 'A program'}</span> <ActivitySentence {...event} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
