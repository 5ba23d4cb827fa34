/** That the server takes no spans for now, and until when: changes, comments and what others share go on meanwhile. */
import type { SyncProblem } from '../../core/api/sync-state';
import { problemOf, retryAfterMs, SyncFailure } from './failure';

/** Of spans alone: the quota is used up, the project is archived, the role changed. */
const REFUSALS: readonly string[] = ['quota', 'forbidden'];

export class SpansGate {
  problem: SyncProblem | null = null;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param onOpen it is time to try again */
  constructor(private readonly onOpen: () => void) {}

  get isOpen(): boolean {
    return this.problem === null;
  }

  /** @returns whether all but spans may go on */
  refused(error: unknown): boolean {
    if (!(error instanceof SyncFailure) || !REFUSALS.includes(error.code)) return false;
    const wait = retryAfterMs(error, this.failures++, Math.random());
    this.problem = problemOf(error, wait, Date.now());
    if (wait !== null) {
      this.timer = setTimeout(() => this.open(), wait);
      this.timer.unref();
    }
    return true;
  }

  taken(): void {
    this.failures = 0;
  }

  /** Somebody asks for it, or it is time. */
  open(): void {
    clearTimeout(this.timer);
    if (this.isOpen) return;
    this.problem = null;
    this.onOpen();
  }

  close(): void {
    clearTimeout(this.timer);
  }
}
