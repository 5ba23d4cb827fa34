/**
 * When there is a round: at once when the server says that something happened or somebody wrote something here, from time to time when
 * it says nothing, later and later when it cannot be had. One at a time, and never more than a tenth of the time for what trickles in.
 */
import type { SyncProblem } from '../../core/api/sync-state';
import { OtherHistory } from '../../core/sync/ports';
import { problemOf, retryAfterMs } from './failure';

const ASK_LIVE_MS = 60_000;
const ASK_MS = 10_000;
const FIRST_WAIT_MS = 20;
const BATTERY_WAIT_MS = 30_000;
const BATTERY_TIMES = 5;
const MOST_WAIT_MS = 2_000;
/** Of its own time a push is followed by so much rest. */
const REST = 10;

/** `push`: spans came. `write`: somebody wrote something. `round`: something may have happened on the server. */
type Wanted = 'push' | 'write' | 'round';
const RANKS: readonly Wanted[] = ['push', 'write', 'round'];

export interface Rounds {
  /** Both ways. @returns whether there is more */
  round(): Promise<boolean>;
  /** What was written here. @returns whether there is more */
  push(): Promise<boolean>;
}

export interface ScheduleEvents {
  readonly isLive: () => boolean;
  readonly isOnBattery: () => boolean;
  readonly onFailure: (error: unknown) => void;
}

export class Schedule {
  problem: SyncProblem | null = null;
  working = false;
  lastAt: string | null = null;
  private wanted: 'nothing' | Wanted = 'nothing';
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private restUntil = 0;
  /** Of the timer. */
  private dueAt = Number.POSITIVE_INFINITY;
  private stopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly rounds: Rounds,
    private readonly events: ScheduleEvents,
  ) {
    this.wake('round');
  }

  wake(what: Wanted): void {
    if (this.stopped) return;
    if (this.wanted === 'nothing' || RANKS.indexOf(what) > RANKS.indexOf(this.wanted)) this.wanted = what;
    if (!this.working && !this.problem) this.later(this.waitFor(this.wanted));
  }

  /** Somebody asks for it, whatever is in the way. */
  now(): void {
    this.problem = null;
    this.failures = 0;
    this.forget();
    this.wake('round');
  }

  async close(): Promise<void> {
    this.stopped = true;
    this.forget();
    await this.running;
  }

  /** Not later than a round that is due already: what comes all the time must not put it off. */
  private later(ms: number): void {
    const dueAt = Date.now() + ms;
    if (dueAt >= this.dueAt) return;
    this.dueAt = dueAt;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.dueAt = Number.POSITIVE_INFINITY;
      this.running = this.run();
    }, ms);
    this.timer.unref();
  }

  private async run(): Promise<void> {
    const what = this.wanted;
    this.wanted = 'nothing';
    this.working = true;
    const startedAt = Date.now();
    try {
      const hasMore = await (what === 'push' || what === 'write' ? this.rounds.push() : this.rounds.round());
      if (hasMore) this.wanted = 'round';
      this.problem = null;
      this.failures = 0;
      if (!hasMore) this.lastAt = new Date().toISOString();
    } catch (error) {
      // The next round starts over.
      if (error instanceof OtherHistory) this.wanted = 'round';
      else this.failed(error);
    }
    this.working = false;
    this.restUntil = Date.now() + Math.min(MOST_WAIT_MS, (Date.now() - startedAt) * REST);
    if (!this.stopped && !this.problem) this.next();
  }

  private forget(): void {
    clearTimeout(this.timer);
    this.dueAt = Number.POSITIVE_INFINITY;
  }

  private waitFor(what: Wanted): number {
    if (what !== 'push') return FIRST_WAIT_MS;
    // On battery spans that trickle in are sent together, from time to time.
    return Math.max(this.events.isOnBattery() ? BATTERY_WAIT_MS : FIRST_WAIT_MS, this.restUntil - Date.now());
  }

  private next(): void {
    if (this.wanted !== 'nothing') this.later(this.waitFor(this.wanted));
    else this.later((this.events.isLive() ? ASK_LIVE_MS : ASK_MS) * (this.events.isOnBattery() ? BATTERY_TIMES : 1));
  }

  private failed(error: unknown): void {
    if (this.stopped) return;
    const wait = retryAfterMs(error, this.failures++, Math.random());
    this.problem = problemOf(error, wait, Date.now());
    this.events.onFailure(error);
    if (wait !== null) this.later(wait);
  }
}
