/** Whether an agent is still at work: spans arrive when they end, so of a run that goes on the root is what is missing. */

/** An agent that says nothing for longer is taken for gone: a model may think for minutes. */
const SILENT_MS = 10 * 60_000;

export interface RunState {
  readonly isRunning: boolean;
  /** When the first of its spans that are here began. */
  readonly sinceMs: number;
  /** When the last of them ended. */
  readonly heardMs: number;
}

interface Run {
  readonly startTime: string;
  readonly durationNs: number | null;
  readonly incomplete: boolean;
  readonly agentName: string | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly sessionId: string | null;
}

/** @returns null for what is whole, or no run of an agent */
export function runStateOf(run: Run, nowMs: number): RunState | null {
  const isAgent = [run.agentName, run.inputTokens, run.outputTokens, run.sessionId].some((fact) => fact !== null);
  if (!run.incomplete || !isAgent) return null;
  const sinceMs = Date.parse(run.startTime);
  const heardMs = sinceMs + (run.durationNs ?? 0) / 1e6;
  return { isRunning: nowMs - heardMs < SILENT_MS, sinceMs, heardMs };
}
