/** A span of an agent run: what its dialect says, and what is known of it besides. */
import type { AgentSpan } from '../dialects/agent-span';

export interface RunSpan {
  /** 16 hex digits. */
  readonly spanId: string;
  /** The nearest span of the run above it, whatever lies between; null: there is none. */
  readonly parentSpanId: string | null;
  readonly name: string;
  /** Relative to the trace. */
  readonly startNs: number;
  /** Null: unknown. */
  readonly durationNs: number | null;
  readonly failed: boolean;
  /** US dollars; null: unknown. */
  readonly costUsd: number | null;
  readonly agent: AgentSpan;
}

export function endOf({ startNs, durationNs }: RunSpan): number {
  return startNs + (durationNs ?? 0);
}

export function byStart(a: RunSpan, b: RunSpan): number {
  return a.startNs - b.startNs || (a.spanId < b.spanId ? -1 : 1);
}

/** Calls of models and of tools: what a run consists of. Others hold them together. */
export function isCall({ agent }: RunSpan): boolean {
  return agent.kind === 'model' || agent.kind === 'embedding' || agent.kind === 'tool';
}
