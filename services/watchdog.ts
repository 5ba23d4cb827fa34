/**
 * Notices threads that stand still: each is asked for a sign of life, and one that gives none for a while is named. It is told, not
 * ended: what it does may be long and right, and it is forgiven as soon as it answers.
 */
import type { StandingPart } from '../core/api/standing-part';
import type { Log } from './log';

/** Options that tell a log. */
export function toldTo(log: Log): WatchdogOptions {
  return {
    onChange: (part, stands, seconds) =>
      stands
        ? log('error', `${part} stands still`, { part, seconds })
        : log('warn', `${part} goes on`, { part, stoodStillSeconds: seconds }),
  };
}

export interface WatchdogOptions {
  /** A part has changed: it stands still, or goes on. */
  readonly onChange: (part: string, stands: boolean, seconds: number) => void;
  /** Without a sign of life for so long, a part stands still. */
  readonly stillMs?: number;
  readonly everyMs?: number;
  readonly now?: () => number;
}

/** Nothing that a thread does in one go takes as long: requests and questions are bounded. */
const STILL_MS = 30_000;
const EVERY_MS = 5_000;

interface Watched {
  readonly ask: () => void;
  /** Since when an answer is due; null: none is. */
  askedAt: number | null;
  stands: boolean;
}

export class Watchdog {
  private readonly parts = new Map<string, Watched>();
  private readonly timer: NodeJS.Timeout;
  private readonly stillMs: number;
  private readonly everyMs: number;
  private readonly now: () => number;
  private lookedAt: number;

  constructor(private readonly options: WatchdogOptions) {
    this.stillMs = options.stillMs ?? STILL_MS;
    this.everyMs = options.everyMs ?? EVERY_MS;
    this.now = options.now ?? (() => performance.now());
    this.lookedAt = this.now();
    this.timer = setInterval(() => this.look(), this.everyMs);
    this.timer.unref();
  }

  /** @param ask for a sign of life, which comes to `answered`; whoever starts anew is watched anew */
  watch(part: string, ask: () => void): void {
    this.answered(part);
    this.parts.set(part, { ask, askedAt: null, stands: false });
  }

  answered(part: string): void {
    const watched = this.parts.get(part);
    if (!watched) return;
    const since = watched.askedAt;
    watched.askedAt = null;
    if (!watched.stands) return;
    watched.stands = false;
    this.options.onChange(part, false, this.secondsSince(since));
  }

  forget(part: string): void {
    this.answered(part);
    this.parts.delete(part);
  }

  /** What stands still now. */
  get standing(): StandingPart[] {
    const standing: StandingPart[] = [];
    for (const [part, { stands, askedAt }] of this.parts) {
      if (stands) standing.push({ part, seconds: this.secondsSince(askedAt) });
    }
    return standing;
  }

  /** Called by a timer. */
  look(): void {
    const now = this.now();
    // We stood still ourselves, or the machine slept: answers may lie here unread.
    const lost = now - this.lookedAt - this.everyMs;
    this.lookedAt = now;
    for (const [part, watched] of this.parts) {
      if (watched.askedAt === null) {
        watched.askedAt = now;
        watched.ask();
        continue;
      }
      if (lost > this.everyMs) watched.askedAt += lost;
      if (watched.stands || now - watched.askedAt < this.stillMs) continue;
      watched.stands = true;
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
