/** The range of time of a request. */
import { invalid, timeParameter } from '../parameters';

export interface Range {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** @throws SpoorError VALIDATION_ERROR */
export function rangeOf(query: URLSearchParams): Range {
  const start = timeParameter(query, 'start') ?? 0n;
  const end = timeParameter(query, 'end') ?? 0n;
  if (start === 0n && end === 0n) return { from: undefined, to: undefined };
  if (end !== 0n && end <= start) {
    throw invalid(
      `http parameter start must be before end. received start=${query.get('start')} end=${query.get('end')}`,
    );
  }
  return { from: start === 0n ? undefined : String(start), to: end === 0n ? undefined : String(end) };
}
