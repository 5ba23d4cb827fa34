/** Sessions (threads, conversations): the traces that name the same one, each a turn. */
import type { DeploymentFilter } from '../model/deployment';
import type { TraceSummary } from '../model/trace-summary';

export interface SessionListQuery extends DeploymentFilter {
  /** Part of the session's id, of an agent's name or of a root's; empty: all. */
  readonly query?: string | undefined;
  /** A range that any of its traces overlaps: RFC 3339 or epoch nanoseconds; `from` inclusive, `to` exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** A session in a list. Times are RFC 3339, durations nanoseconds. */
export interface SessionSummary {
  readonly sessionId: string;
  readonly traceCount: number;
  /** Of these, in which a request failed. */
  readonly failedTraces: number;
  /** Of these, with an error, handled or not. */
  readonly tracesWithErrors: number;
  readonly spanCount: number;
  readonly startTime: string;
  /** When its last span ended. */
  readonly endTime: string;
  /** What its traces took, waiting for the user left out, as far as it is known; null: of none. */
  readonly busyNs: number | null;
  /** At most ten. */
  readonly agentNames: readonly string[];
  readonly services: readonly string[];
  /** Of its newest trace. */
  readonly lastRootName: string;
  /** The newest trace is not whole yet. */
  readonly incomplete: boolean;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costUsd: number | null;
  readonly costComplete: boolean;
  readonly reportedCostUsd: number | null;
}

/** A turn of a session: its trace with what was asked and what came of it. */
export interface SessionTurn extends TraceSummary {
  /** Plain text, cut; null: not recorded. */
  readonly asked: string | null;
  readonly answered: string | null;
}

/** What a trace says of itself: its root, then the first calls of models in it and the last, by start; one of them may be the root again. */
export interface StoredTurn {
  readonly traceId: string;
  readonly spans: readonly {
    /** 16 hex digits. */
    readonly spanId: string;
    readonly isRoot: boolean;
    readonly name: string;
    readonly scope: string;
    /** OTLP Span. */
    readonly message: Uint8Array<ArrayBuffer>;
  }[];
}
