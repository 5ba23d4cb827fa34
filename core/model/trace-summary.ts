/** A trace in a list: what is known of it without reading its spans. Times are RFC 3339, durations nanoseconds. */
export interface TraceSummary {
  readonly traceId: string;
  readonly rootName: string;
  readonly rootService: string;
  readonly startTime: string;
  /** Null: no span of it says when it ended. */
  readonly durationNs: number | null;
  readonly spanCount: number;
  /** Spans with an error, handled or not. */
  readonly errorCount: number;
  /** Requests in it that failed: above 0, the trace failed (core/model/request.ts). */
  readonly failedCount: number;
  readonly services: readonly string[];
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** Of its calls of models, by the price book; null: nobody knows, which is not nothing. */
  readonly costUsd: number | null;
  /** False: of some calls nobody knows the price or the tokens. */
  readonly costComplete: boolean;
  /** What senders say that it cost; null: they do not. */
  readonly reportedCostUsd: number | null;
  /** Spans that are of an agent run: calls of models and of tools, agents and what holds them together. */
  readonly agentSpanCount: number;
  readonly sessionId: string | null;
  /** For whom it ran, as the first span says that says it. */
  readonly userId: string | null;
  readonly agentName: string | null;
  /** No root has arrived, or some span names a parent that has not. */
  readonly incomplete: boolean;
  /** Grows when spans that were stored already are changed, as when they come again, finished. */
  readonly changes: number;
}
