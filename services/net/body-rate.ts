/** Requires a minimum rate while the body of a request arrives: a request whose body stalls is ended. */

export interface BodyRateLimits {
  /** Over how long the rate is measured, which is the grace at the beginning as well. */
  readonly windowMs: number;
  readonly bytesPerSecond: number;
  /** Bodies that arrive at once: beyond it, the slowest of the peer that sends the most of them ends. */
  readonly atOnce: number;
}

/** A slow mobile link brings thirty times as much. */
const BODY_RATE: BodyRateLimits = { windowMs: 10_000, bytesPerSecond: 300, atOnce: 1_000 };

const LOOK_MS = 1_000;
/** Nobody is called slow sooner. */
const FIRST_MS = 1_000;

export interface Sender {
  readonly peer: string;
  /** Bytes that have come of it, and of whatever is around it on the wire. */
  arrived(): number;
  /** No more of it is waited for. */
  isDone(): boolean;
  /** What came is not read yet: it is not the sender who is slow. */
  isHeldUp(): boolean;
  /** Answers that it came too slowly, and closes. */
  end(message: string): void;
}

interface Watch {
  readonly since: number;
  windowAt: number;
  windowBytes: number;
}

export class BodyRate {
  private readonly watched = new Map<Sender, Watch>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly limits: BodyRateLimits = BODY_RATE,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Bodies that arrive now. */
  get arriving(): number {
    return this.watched.size;
  }

  watch(sender: Sender): void {
    if (this.watched.size >= this.limits.atOnce) this.makeRoom();
    const now = this.now();
    this.watched.set(sender, { since: now, windowAt: now, windowBytes: 0 });
    this.timer ??= setInterval(() => this.look(), LOOK_MS).unref();
  }

  forget(sender: Sender): void {
    this.watched.delete(sender);
  }

  /** Ends those that are too slow. Called by a timer. */
  look(): void {
    const now = this.now();
    const { windowMs, bytesPerSecond } = this.limits;
    for (const [sender, watch] of this.watched) {
      if (sender.isDone()) {
        this.watched.delete(sender);
        continue;
      }
      const arrived = sender.arrived();
      const isHeldUp = sender.isHeldUp();
      if (!isHeldUp && now - watch.windowAt < windowMs) continue;
      if (isHeldUp || arrived - watch.windowBytes >= (bytesPerSecond * windowMs) / 1_000) {
        watch.windowAt = now;
        watch.windowBytes = arrived;
        continue;
      }
      this.watched.delete(sender);
      sender.end(
        `The body came too slowly: fewer than ${bytesPerSecond} bytes a second over ${windowMs / 1_000} s. Send it again.`,
      );
    }
    if (this.watched.size > 0 || !this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  private makeRoom(): void {
    const ofPeers = new Map<string, [Sender, Watch][]>();
    for (const [sender, watch] of this.watched) {
      if (sender.isDone()) {
        this.watched.delete(sender);
        continue;
      }
      const others = ofPeers.get(sender.peer);
      if (others) others.push([sender, watch]);
      else ofPeers.set(sender.peer, [[sender, watch]]);
    }
    if (this.watched.size < this.limits.atOnce) return;
    const most = [...ofPeers.values()].reduce((a, b) => (b.length > a.length ? b : a));
    const now = this.now();
    const rateOf = ([sender, { since }]: [Sender, Watch]): number => {
      const age = now - since;
      return age < FIRST_MS ? Number.MAX_VALUE : sender.arrived() / age;
    };
    const [slowest] = most.reduce((a, b) => (rateOf(b) < rateOf(a) ? b : a));
    this.watched.delete(slowest);
    slowest.end('Too many request bodies are arriving at once, and this one was the slowest. Send it again.');
  }
}
