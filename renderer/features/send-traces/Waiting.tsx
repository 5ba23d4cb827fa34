import type { RefusalReport } from '../../../core/api/receiver-reports';
import { plural } from '../../../core/model/format';
import { secondText } from '../../ui/clock-time';

interface WaitingProps {
  readonly endpoint: string;
  /** Null: of a server, which does not say whose they were. */
  readonly refused: RefusalReport | null;
}

/** That Spoor listens, and what it had to refuse meanwhile: a sender seldom shows what it is told. */
export function Waiting({ endpoint, refused }: WaitingProps) {
  return (
    <div className="flex flex-col gap-1.5">
      <p role="status" className="flex items-center gap-2">
        <span aria-hidden className="size-2 animate-pulse rounded-full bg-accent motion-reduce:animate-none" />
        Waiting for the first span on {endpoint}
      </p>
      {refused?.last && (
        <p role="alert" className="text-warning">
          Refused since Spoor started: {plural(refused.requests, 'request')}, and {plural(refused.records, 'record')} of
          others. Last at {secondText(refused.last.time)}: {refused.last.message}
        </p>
      )}
    </div>
  );
}
