/** Why the server cannot be had, and what to do about it, in words for a person. */
import type { SyncProblem, SyncProblemCode } from '../../core/api/sync-state';

export class SyncFailure extends Error {
  override readonly name = 'SyncFailure';

  constructor(
    readonly code: SyncProblemCode,
    message: string,
    /** Null: as the schedule has it. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }
}

/** Nothing changes until somebody does something. */
const FINAL: readonly SyncProblemCode[] = ['signed-out', 'not-a-member', 'no-workspace', 'protocol'];

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 5 * 60_000;

/** @param failures in a row @param random in [0, 1): clients that lost a server together do not come back together */
export function retryAfterMs(error: unknown, failures: number, random: number): number | null {
  if (error instanceof SyncFailure) {
    if (FINAL.includes(error.code)) return null;
    if (error.retryAfterMs !== null) return error.retryAfterMs;
  }
  const most = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 20));
  return most * (0.5 + random / 2);
}

export function problemOf(error: unknown, retryInMs: number | null, nowMs: number): SyncProblem {
  const known = error instanceof SyncFailure ? error : null;
  return {
    code: known?.code ?? 'here',
    message:
      known?.message ?? `Something went wrong on this machine: ${error instanceof Error ? error.message : error}`,
    retryAt: retryInMs === null ? null : new Date(nowMs + retryInMs).toISOString(),
  };
}
