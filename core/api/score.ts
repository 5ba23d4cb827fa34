/** How good something was: said by a person, a program, a model, or by who sent the telemetry. */
import type { MarkTarget } from './mark-target';

/** `sender`: it came with the telemetry, as `gen_ai.evaluation.result`. */
export const SCORE_SOURCES = ['human', 'code', 'model', 'sender'] as const;
type ScoreSource = (typeof SCORE_SOURCES)[number];

export interface ScoreValue {
  readonly name: string;
  /** Null: a label alone. */
  readonly value: number | null;
  /** `pass`, `relevant`; null: a number alone. */
  readonly label: string | null;
  /** Why; empty: not said. */
  readonly comment: string;
  readonly source: ScoreSource;
}

export interface ScoreEdit extends MarkTarget, ScoreValue {}

export interface Score extends ScoreEdit {
  readonly id: string;
  readonly version: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ScoreListQuery {
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly name?: string | undefined;
  readonly source?: ScoreSource | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}
