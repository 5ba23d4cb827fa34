/** What a search for traces gives (TraceListQuery). */
import type { StatusCodeName } from '../model/span-kind';
import type { Page } from './page';
import type { TraceSummary } from './trace-summary';

export interface TraceListPage extends Page<TraceMatchSummary> {
  readonly search: SearchReport;
}

interface SearchReport {
  /** The query as TraceQL: what was typed as words, too. */
  readonly traceql: string;
  /** False: time was up before the page was full. The cursor goes on from there. */
  readonly complete: boolean;
  /** How much was looked through, from 0 to 1. */
  readonly progress: number;
}

interface TraceMatchSummary extends TraceSummary {
  /** How many of its spans match. */
  readonly matchedSpans: number;
  /** The first of them; none where the trace as a whole decided. */
  readonly spans: readonly MatchedSpan[];
}

export interface MatchedSpan {
  readonly spanId: string;
  readonly name: string;
  readonly service: string;
  readonly startTime: string;
  readonly durationNs: number;
  readonly status: StatusCodeName;
  /** What `select` and `by` asked to see, as text. */
  readonly attributes: Readonly<Record<string, string>>;
}
