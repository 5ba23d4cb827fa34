/** What a batch says of agents, as columns: its calls of models, and whose its traces are. */

/** What calls of models count; in this order in `BatchCalls.counts`. */
export const CALL_COUNTS = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'reasoning',
  'inputAudio',
  'outputAudio',
  'cacheWriteHour',
  'reportedCost',
] as const;

export type CallCounts = { readonly [K in (typeof CALL_COUNTS)[number]]: number | null };

/** What calls have in common. */
export interface CallKind {
  readonly provider: string | null;
  /** What answered, else what was asked for. */
  readonly model: string | null;
  readonly serviceTier: string | null;
  readonly agentName: string | null;
}

export interface BatchCalls {
  /** Rows of the batch, ascending. */
  readonly row: Uint32Array;
  /** Index in `kinds`. */
  readonly kind: Uint32Array;
  /** `CALL_COUNTS.length` for each call: tokens, and US dollars; NaN: not said. */
  readonly counts: Float64Array;
  /** 64 bits of the digest of the provider's id of the answer; 0: not said. */
  readonly response: BigInt64Array;
  readonly kinds: readonly CallKind[];
}

/** What the spans of a trace in a batch say of it. */
export interface TraceFacts {
  /** Index in the batch's traces. */
  readonly trace: number;
  /** Of the span with a name that starts first. */
  readonly agentName: string | null;
  readonly agentStartNs: bigint | null;
  /** The first that is said. */
  readonly sessionId: string | null;
  readonly userId: string | null;
}

/** @param at of the first of a call's counts */
export function writeCounts(counts: Float64Array, at: number, call: CallCounts): void {
  const { NaN: UNSAID } = Number;
  counts[at] = call.input ?? UNSAID;
  counts[at + 1] = call.output ?? UNSAID;
  counts[at + 2] = call.cacheRead ?? UNSAID;
  counts[at + 3] = call.cacheWrite ?? UNSAID;
  counts[at + 4] = call.reasoning ?? UNSAID;
  counts[at + 5] = call.inputAudio ?? UNSAID;
  counts[at + 6] = call.outputAudio ?? UNSAID;
  counts[at + 7] = call.cacheWriteHour ?? UNSAID;
  counts[at + 8] = call.reportedCost ?? UNSAID;
}
