import { Link } from 'wouter';
import { formatAgo, formatDuration } from '../../../core/model/format';
import { foundIn } from '../../connection/answer';
import { useNow } from '../../hooks/use-now';
import { useQuestion } from '../../hooks/use-question';
import { newestTraces } from '../../stores/newest-traces';
import type { Extent } from '../../stores/time-range';
import { QuestionNote } from '../../ui/QuestionNote';

const SHOWN = 6;

/** The newest traces in which a request failed: what somebody in trouble looks for. */
export function FailedTraces({ extent, version }: { readonly extent: Extent; readonly version: number }) {
  const now = useNow(10_000);
  const question = useQuestion({
    key: ['failed-traces', extent],
    ask: (waitMs, signal) => newestTraces('status:failed', extent, SHOWN, waitMs, signal),
    version,
    paceMs: 0,
  });
  const { answer, isOld } = question;
  return (
    <section aria-label="Recent failures" className="min-w-[300px] grow basis-0">
      <h2 className="flex h-[29px] items-center border-b border-line bg-raised px-3.5 text-sm font-medium text-secondary">
        Recent failures
      </h2>
      <QuestionNote question={question} what="the failed traces" looking="Searching …" />
      {answer?.state === 'complete' && answer.whole.length === 0 && !isOld && (
        <p className="px-3.5 py-3 text-secondary">No request failed.</p>
      )}
      <ul className={isOld ? 'opacity-60' : ''}>
        {answer &&
          foundIn(answer).map(({ traceId, rootName, rootService, startTime, durationNs }) => (
            <li key={traceId} className="h-[32px] border-b border-line hover:bg-raised">
              <Link href={`/trace/${traceId}`} className="flex h-full items-center gap-2 px-3.5">
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
