import { useQuery } from '@tanstack/react-query';
import type { QuotaReport } from '../../../core/api/team';
import { teamCall } from '../../connection/team-session';
import { secondText } from '../../ui/clock-time';

/** Nothing where nobody set a limit. */
export function Quota({ workspace }: { readonly workspace: string }) {
  const { data } = useQuery({
    queryKey: ['team', 'quota'],
    queryFn: () => teamCall<QuotaReport>('GET', `/v1/workspaces/${workspace}/quota`),
    refetchInterval: 30_000,
  });
  if (!data || data.limit === null) return null;
  const isFull = data.used >= data.limit;
  const number = (value: number): string => value.toLocaleString('en-GB');
  return (
    <p
      className={`border-b border-line px-3.5 py-2 ${isFull ? 'text-error' : 'text-secondary'}`}
      role={isFull ? 'alert' : undefined}
    >
      {number(data.used)} of {number(data.limit)} spans, logs and points sent today.{' '}
      {isFull &&
        `Programs are refused until ${secondText(data.resetsAt)}. Ask the server administrator for a higher quota.`}
    </p>
  );
}
