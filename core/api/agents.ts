/** Agents over all traces. */
import type { DeploymentFilter } from '../model/deployment';
import type { CountedPage, PageQuery } from './page';

export interface AgentListQuery extends DeploymentFilter, PageQuery {
  /** When runs started: RFC 3339 or epoch nanoseconds; `from` inclusive, `to` exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface AgentPage extends CountedPage<AgentSummary> {
  /** How many agents that are, without what no agent is known of. */
  readonly named: number;
  /** When they were counted, RFC 3339; left out where that was just now. Counting that takes long is not repeated for a while. */
  readonly asOf?: string | undefined;
  /** Of more runs than can be counted while somebody waits the newest are, those since then, RFC 3339; left out where all are. */
  readonly countedSince?: string | undefined;
}

export interface AgentSummary {
  /** Null: calls of models of which no agent is known. */
  readonly name: string | null;
  /** Traces in which it is the first agent. */
  readonly runs: number;
  /** Of these, in which a request failed: mostly the run itself. */
  readonly failedRuns: number;
  /** Of these, with an error, handled or not. */
  readonly runsWithErrors: number;
  readonly sessions: number;
  /** Of runs whose duration is known, nanoseconds; null: there are none. */
  readonly p50Ns: number | null;
  readonly p95Ns: number | null;
  /** Of its newest run. */
  readonly lastSeen: string | null;
  /** Calls of models that it made, as first agent or below another. */
  readonly calls: number;
  readonly failedCalls: number;
  /** The most called first, at most twenty. */
  readonly models: readonly string[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly costUsd: number | null;
  readonly costComplete: boolean;
  readonly reportedCostUsd: number | null;
}
