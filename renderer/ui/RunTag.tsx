import { runStateOf } from '../../core/agent-run/run-state';
import { formatAgo } from '../../core/model/format';
import type { TraceSummary } from '../../core/model/trace-summary';
import { secondText } from './clock-time';
import { Tag } from './Tag';

/** Of a trace that is not whole: an agent that is still at work, or spans that are missing. */
export function RunTag({ trace, now }: { readonly trace: TraceSummary; readonly now: number }) {
  if (!trace.incomplete) return null;
  const run = runStateOf(trace, now);
  if (!run?.isRunning) {
    return (
      <span title="The root, or the parent of a span, has not arrived">
        <Tag tone="warning">incomplete</Tag>
      </span>
    );
  }
  const since = secondText(run.sinceMs);
  return (
    <span
      className="inline-flex shrink-0"
      title={`Its root span has not ended. First span at ${since}, last span ${formatAgo(run.heardMs, now)}`}
    >
      <Tag tone="running">still running since {since}</Tag>
    </span>
  );
}
