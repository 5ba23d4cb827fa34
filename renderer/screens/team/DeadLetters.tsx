import { useQuery } from '@tanstack/react-query';
import type { Page } from '../../../core/api/page';
import type { Job } from '../../../core/api/team';
import { formatAgo } from '../../../core/model/format';
import { teamCall } from '../../connection/team-session';
import { useChange } from '../../hooks/use-change';
import { useNow } from '../../hooks/use-now';
import { Button } from '../../ui/Button';
import { minuteText, timeText } from '../../ui/clock-time';

const GRID =
  'grid min-h-[34px] grid-cols-[minmax(0,1fr)_minmax(0,1fr)_160px_110px] items-center gap-x-4 border-t border-line px-3.5';

/** What the server could not do, and what it will try again. Nothing where all went well. */
export function DeadLetters({ mayChange }: { readonly mayChange: boolean }) {
  const now = useNow(30_000);
  const { failure, change } = useChange('team');
  const jobs = (state: Job['state']) => ({
    queryKey: ['team', 'jobs', state],
    queryFn: () => teamCall<Page<Job>>('GET', `/v1/jobs?state=${state}`),
    refetchInterval: 5_000,
  });
  const dead = useQuery(jobs('dead'));
  const waiting = useQuery(jobs('waiting'));
  const failing = waiting.data?.data.filter(({ attempts }) => attempts > 0) ?? [];
  const all = [...(dead.data?.data ?? []), ...failing];
  if (all.length === 0 && failure === null) return null;
  return (
    <section aria-label="Not delivered">
      <h2 className="flex h-[40px] items-center gap-3 px-3.5 font-semibold">Not delivered</h2>
      {failure !== null && (
        <p role="alert" className="px-3.5 pb-2 text-error">
          {failure}
        </p>
      )}
      <ul aria-label="Not delivered">
        {all.map(({ id, state, summary, error, attempts, createdAt, nextAt }) => (
          <li key={id} className={GRID}>
            <span className="truncate font-mono text-sm" title={summary}>
              {summary}
            </span>
            <span className="truncate text-error" title={error ?? undefined}>
              {error}
            </span>
            <span className="text-secondary" title={timeText(createdAt)}>
              {state === 'dead'
                ? `gave up after ${attempts}, ${formatAgo(Date.parse(createdAt), now)}`
                : `tried ${attempts}, again ${againAt(nextAt)}`}
            </span>
            {mayChange && state === 'dead' && (
              <span className="flex justify-end">
                <Button
                  look="ghost"
                  aria-label={`Send ${summary} again`}
                  onClick={() => change(teamCall('POST', `/v1/jobs/${id}/actions/requeue`, {}))}
                >
                  Send again
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function againAt(nextAt: string | null): string {
  return nextAt === null ? 'now' : `at ${minuteText(nextAt)}`;
}
