import { formatCount, plural } from '../../core/model/format';
import type { TraceSummary } from '../../core/model/trace-summary';
import { Tag } from './Tag';

/** What went wrong in a trace: red where a request failed, quiet where an error was handled within. */
export function FailureTag({ trace }: { readonly trace: Pick<TraceSummary, 'errorCount' | 'failedCount'> }) {
  const { errorCount, failedCount } = trace;
  if (errorCount === 0) return null;
  const errors = errorCount === 1 ? 'error' : `${formatCount(errorCount)} errors`;
  return (
    <span className="flex shrink-0" title={failureHint(trace)}>
      {failedCount > 0 ? <Tag tone="error">{errors}</Tag> : <Tag>{`${errors} inside`}</Tag>}
    </span>
  );
}

export function failureHint({ errorCount, failedCount }: Pick<TraceSummary, 'errorCount' | 'failedCount'>): string {
  const errors = `${plural(errorCount, 'span')} with an error`;
  return failedCount > 0
    ? `${plural(failedCount, 'request')} failed; ${errors}`
    : `${errors}, but no request failed: what called ${errorCount === 1 ? 'it' : 'them'} went on`;
}
