/** What calls of models took, over time. */
import type { DeploymentFilter } from '../model/deployment';

export interface UsageQuery extends DeploymentFilter {
  /** Start times, RFC 3339 or epoch nanoseconds; `from` inclusive, `to` exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** `model` where it is left out. */
  readonly groupBy?: UsageBy | undefined;
  /** Length of a step in seconds; about sixty steps where it is left out. */
  readonly stepSeconds?: number | undefined;
}

export const USAGE_BY = ['model', 'provider', 'agent', 'service'] as const;
export type UsageBy = (typeof USAGE_BY)[number];

export interface UsageMetrics {
  readonly from: string;
  readonly to: string;
  readonly stepSeconds: number;
  /** The dearest first, then those with the most tokens; as many as an answer holds, of very many the most frequent. */
  readonly groups: readonly UsageGroup[];
  /** The rest of the groups, added up; null: there are no more. */
  readonly other: OtherUsage | null;
  /** When it was counted, RFC 3339; left out where that was just now. Counting that takes long is not repeated for a while. */
  readonly asOf?: string | undefined;
  /** Of more calls than can be counted while somebody waits the newest are, those since then, RFC 3339; left out where all are. */
  readonly countedSince?: string | undefined;
}

interface OtherUsage extends UsageValues {
  /** How many groups these are. */
  readonly count: number;
  readonly steps: readonly UsageValues[];
}

export interface UsageGroup extends UsageValues {
  /** Null: the calls do not say. */
  readonly name: string | null;
  /** One a step. */
  readonly steps: readonly UsageValues[];
}

export interface UsageValues {
  readonly calls: number;
  readonly errors: number;
  /** With those of the cache. */
  readonly inputTokens: number;
  /** With reasoning. */
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  /** By the price book; null: nobody knows of any call. */
  readonly costUsd: number | null;
  /** False: of some calls nobody knows. */
  readonly costComplete: boolean;
  readonly reportedCostUsd: number | null;
  /**
   * What the same calls would have cost without a cache, less what they cost; below 0 where writing to it cost more than reading saved.
   * Null: no price is known of any call that used one.
   */
  readonly cacheSavedUsd: number | null;
}
