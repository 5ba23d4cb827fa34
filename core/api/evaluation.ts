/** Prompts that are asked again and again, and how well they are answered. */
import type { Message, ToolDefinition } from '../dialects/agent-span';
import type { PlainValue } from '../model/json-types';

export interface DatasetEdit {
  readonly name: string;
  readonly description: string;
}

export interface Dataset extends DatasetEdit {
  readonly id: string;
  readonly itemCount: number;
  readonly version: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface DatasetPrompt {
  /** With system messages first. */
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  readonly parameters: { readonly [name: string]: PlainValue };
}

/** An answer, as evaluators look at it. */
export interface EvaluatedAnswer {
  readonly text: string;
  /** Names of the tools that it calls, in order. */
  readonly toolCalls: readonly string[];
  /** Null: it did not fail. */
  readonly error: string | null;
  readonly model: string | null;
  readonly durationNs: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** US dollars; null: nobody knows. */
  readonly costUsd: number | null;
}

export interface DatasetItemEdit {
  readonly prompt: DatasetPrompt;
  /** What a right answer is, or is like; empty: not said. */
  readonly expected: string;
}

export interface DatasetItem extends DatasetItemEdit {
  readonly id: string;
  readonly datasetId: string;
  /** Null: it was not made from a recorded call. */
  readonly recorded: EvaluatedAnswer | null;
  /** Of the span that it was made from; null: none. */
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly version: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface DatasetItemQuery {
  readonly datasetId: string;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Looks at an answer; all but `judge` need no model. */
export type Evaluator =
  /** The answer is what was expected, spaces at its ends aside. */
  | { readonly kind: 'exact'; readonly ignoreCase: boolean }
  /** It contains `text`; null: what was expected. Regardless of case. */
  | { readonly kind: 'contains'; readonly text: string | null }
  | { readonly kind: 'regex'; readonly pattern: string }
  /** It is JSON that fits a JSON Schema. */
  | { readonly kind: 'json-schema'; readonly schema: PlainValue }
  /** In characters. */
  | { readonly kind: 'length'; readonly min: number | null; readonly max: number | null }
  | { readonly kind: 'latency'; readonly maxMs: number }
  | { readonly kind: 'cost'; readonly maxUsd: number }
  /** It calls these tools; in this order and no others where `exactly`. */
  | { readonly kind: 'tools'; readonly names: readonly string[]; readonly exactly: boolean }
  /** A model says how good it is, from 0 to 1. */
  | { readonly kind: 'judge'; readonly endpointId: string; readonly model: string; readonly rubric: string };

/** What an evaluator says. */
export interface Verdict {
  readonly name: string;
  /** 1: as it should be; null: it could not say. */
  readonly value: number | null;
  readonly comment: string;
}

export interface ExperimentTarget {
  readonly endpointId: string;
  readonly model: string;
  /** In place of what the prompt says. */
  readonly parameters: { readonly [name: string]: PlainValue };
}

export interface ExperimentEdit {
  readonly datasetId: string;
  readonly name: string;
  /** Null: the answers as they were recorded are looked at. */
  readonly target: ExperimentTarget | null;
  readonly evaluators: readonly Evaluator[];
}

export const EXPERIMENT_STATES = ['running', 'done', 'failed', 'cancelled'] as const;
export type ExperimentState = (typeof EXPERIMENT_STATES)[number];

export interface Experiment extends ExperimentEdit {
  readonly id: string;
  readonly state: ExperimentState;
  /** Why it failed. */
  readonly message: string | null;
  readonly itemCount: number;
  /** RFC 3339. */
  readonly createdAt: string;
  /** One an item that was asked, in the order of the items. */
  readonly results: readonly ExperimentResult[];
}

export interface ExperimentResult {
  readonly itemId: string;
  readonly answer: EvaluatedAnswer;
  readonly verdicts: readonly Verdict[];
}

/** Without the results: how they are on the whole. */
export interface ExperimentSummary extends Omit<Experiment, 'results'> {
  readonly doneCount: number;
  readonly errorCount: number;
  /** Mean of each verdict over the items of which it could say something. */
  readonly means: readonly { readonly name: string; readonly mean: number | null }[];
  readonly costUsd: number | null;
  /** Mean, nanoseconds. */
  readonly durationNs: number | null;
}
