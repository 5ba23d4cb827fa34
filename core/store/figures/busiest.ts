/**
 * Which of very many are the busiest, found in one pass with memory for a few: what is counted is forgotten when it is too rare to
 * matter (Manku, Motwani: "Approximate frequency counts over data streams", VLDB 2002). Whatever has a noticeable share is found;
 * its exact figures are for a second pass.
 */
const MAX_COUNTED = 20_000;

export class Busiest {
  private counts = new Map<number, number>();

  constructor(private readonly most = MAX_COUNTED) {}

  /** How many are counted now. */
  get held(): number {
    return this.counts.size;
  }

  add(id: number, times: number): void {
    this.counts.set(id, (this.counts.get(id) ?? 0) + times);
    if (this.counts.size > this.most) this.counts = new Map(this.sorted().slice(0, this.most / 2));
  }

  /** With how often each was counted, the busiest first. */
  sorted(): [id: number, times: number][] {
    return [...this.counts].sort(([a, more], [b, less]) => less - more || a - b);
  }
}
