/** Events a second, over a sliding window of whole seconds. */
const WINDOW_S = 5;

export class Rate {
  private readonly counts = new Array<number>(WINDOW_S).fill(0);
  private second = 0;

  add(count: number, nowMs = Date.now()): void {
    this.advance(nowMs);
    const slot = this.second % WINDOW_S;
    this.counts[slot] = (this.counts[slot] as number) + count;
  }

  perSecond(nowMs = Date.now()): number {
    this.advance(nowMs);
    return this.counts.reduce((sum, count) => sum + count, 0) / WINDOW_S;
  }

  private advance(nowMs: number): void {
    const now = Math.floor(nowMs / 1000);
    for (let second = Math.max(this.second + 1, now - WINDOW_S + 1); second <= now; second++) {
      this.counts[second % WINDOW_S] = 0;
    }
    this.second = Math.max(this.second, now);
  }
}
