/**
 * A version that moves with every commit, and callers who wait for it to move. A waiting call costs nothing, arrives once for
 * any number of commits, and needs no callback across the wire.
 */

/** Shorter than any proxy's idle timeout. */
const MAX_WAIT_MS = 25_000;

export class ChangeFeed {
  /** Starts at the clock, so that a version from before a restart is never met again. */
  private version = Date.now() * 1000;
  private waiting = new Set<() => void>();

  /** How many wait. */
  get waiters(): number {
    return this.waiting.size;
  }

  changed(): void {
    this.version++;
    const waiting = this.waiting;
    this.waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** Whoever aborts the signal waits no longer. */
  async next(after: number, signal?: AbortSignal, maxWaitMs = MAX_WAIT_MS): Promise<number> {
    if (this.version !== after || signal?.aborted) return this.version;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        this.waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, maxWaitMs);
      signal?.addEventListener('abort', wake);
      this.waiting.add(wake);
    });
    return this.version;
  }
}
