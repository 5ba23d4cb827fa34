/** A trace in a list: what is known of it without reading its spans. Times are RFC 3339, durations nanoseconds. */
export interface TraceSummary {
  readonly traceId: string;
  readonly rootName: string;
  readonly rootService: string;
  readonly startTime: string;
  readonly durationNs: number;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly services: readonly string[];
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costUsd: number | null;
  readonly sessionId: string | null;
  readonly agentName: string | null;
  /** No root has arrived, or some span names a parent that has not. */
  readonly incomplete: boolean;
}
