/**
 * Reports unresponsive threads: each is asked for a heartbeat, and one that sends none for a while is named. It is reported, not
 * ended: it may be doing long, legitimate work, and it counts as responsive again as soon as it answers.
 */
import type { UnresponsivePart } from '../core/api/unresponsive-part';
import type { Log } from './log';

/** Options that write changes to a log. */
export function loggedTo(log: Log): WatchdogOptions {
  return {
    onChange: (part, isUnresponsive, seconds) =>
      isUnresponsive
        ? log('error', `${part} is unresponsive`, { part, seconds })
        : log('warn', `${part} has recovered`, { part, unresponsiveSeconds: seconds }),
  };
}

export interface WatchdogOptions {
  /** Called when a part becomes unresponsive or recovers. */
  readonly onChange: (part: string, isUnresponsive: boolean, seconds: number) => void;
  /** A part without a heartbeat for this long is unresponsive. */
  readonly silentMs?: number;
  readonly everyMs?: number;
  readonly now?: () => number;
}

/** No single task of a thread takes this long: requests and queries are bounded. */
const SILENT_MS = 30_000;
const EVERY_MS = 5_000;

interface Watched {
  readonly ask: () => void;
  /** When the outstanding heartbeat was asked for; null when none is outstanding. */
  askedAt: number | null;
  isUnresponsive: boolean;
}

export class Watchdog {
  private readonly parts = new Map<string, Watched>();
  private readonly timer: NodeJS.Timeout;
  private readonly silentMs: number;
  private readonly everyMs: number;
  private readonly now: () => number;
  private lookedAt: number;

  constructor(private readonly options: WatchdogOptions) {
    this.silentMs = options.silentMs ?? SILENT_MS;
    this.everyMs = options.everyMs ?? EVERY_MS;
    this.now = options.now ?? (() => performance.now());
    this.lookedAt = this.now();
    this.timer = setInterval(() => this.look(), this.everyMs);
    this.timer.unref();
  }

  /** @param ask asks the part for a heartbeat, which arrives as a call of `answered`; a restarted part is watched from scratch */
  watch(part: string, ask: () => void): void {
    this.answered(part);
    this.parts.set(part, { ask, askedAt: null, isUnresponsive: false });
  }

  answered(part: string): void {
    const watched = this.parts.get(part);
    if (!watched) return;
    const since = watched.askedAt;
    watched.askedAt = null;
    if (!watched.isUnresponsive) return;
    watched.isUnresponsive = false;
    this.options.onChange(part, false, this.secondsSince(since));
  }

  forget(part: string): void {
    this.answered(part);
    this.parts.delete(part);
  }

  /** The parts that are unresponsive now. */
  get unresponsive(): UnresponsivePart[] {
    const unresponsive: UnresponsivePart[] = [];
    for (const [part, { isUnresponsive, askedAt }] of this.parts) {
      if (isUnresponsive) unresponsive.push({ part, seconds: this.secondsSince(askedAt) });
    }
    return unresponsive;
  }

  /** Asks every part, and reports those whose heartbeat is overdue. Called by a timer. */
  look(): void {
    const now = this.now();
    // This thread was blocked itself, or the machine slept: answers may be waiting unread.
    const lost = now - this.lookedAt - this.everyMs;
    this.lookedAt = now;
    for (const [part, watched] of this.parts) {
      if (watched.askedAt === null) {
        watched.askedAt = now;
        watched.ask();
        continue;
      }
      if (lost > this.everyMs) watched.askedAt += lost;
      if (watched.isUnresponsive || now - watched.askedAt < this.silentMs) continue;
      watched.isUnresponsive = true;
      this.options.onChange(part, true, this.secondsSince(watched.askedAt));
    }
  }

  close(): void {
    clearInterval(this.timer);
  }

  private secondsSince(since: number | null): number {
    return since === null ? 0 : Math.round((this.now() - since) / 1_000);
  }
}
