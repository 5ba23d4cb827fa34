/** Rules that mark what agents said and did; nothing is held back by them. */
import type { DeploymentFilter } from '../model/deployment';

export const GUARDRAIL_KINDS = ['secrets', 'personal-data', 'prompt-injection', 'pattern', 'tool', 'budget'] as const;
export type GuardrailKind = (typeof GUARDRAIL_KINDS)[number];

export interface GuardrailEdit {
  readonly name: string;
  readonly kind: GuardrailKind;
  readonly enabled: boolean;
  /** Of `pattern`: a regular expression, regardless of case. */
  readonly pattern: string | null;
  /** Of `tool`: names that are not to be called; `*` stands for any characters. */
  readonly tools: readonly string[] | null;
  /** Of `budget`: US dollars that a trace may cost. */
  readonly maxUsd: number | null;
}

export interface Guardrail extends GuardrailEdit {
  readonly id: string;
  readonly version: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface GuardrailHit {
  readonly id: string;
  readonly ruleId: string;
  readonly ruleName: string;
  readonly kind: GuardrailKind;
  readonly traceId: string;
  /** Null: the trace as a whole. */
  readonly spanId: string | null;
  /** Of the root, where it is the trace as a whole. */
  readonly spanName: string;
  /** Key of the attribute; empty: none. */
  readonly attribute: string;
  /** What was found, its middle left out where it may be secret. */
  readonly excerpt: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

export interface GuardrailHitQuery extends DeploymentFilter {
  readonly traceId?: string | undefined;
  /** Of the trace's start: RFC 3339 or epoch nanoseconds; `from` inclusive, `to` exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}
