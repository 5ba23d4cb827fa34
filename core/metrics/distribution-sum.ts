/** A sum of many distributions, added up in place where they have the same buckets: a step has hundreds of them. */
import { addDistributions, type Distribution, isExplicit } from './distribution';
import { type Exponential, MOST_BUCKETS, spanOf } from './exponential';

interface Held {
  readonly scale: number;
  readonly zeroThreshold: number;
  zeroCount: number;
  readonly positive: Map<number, number>;
  readonly negative: Map<number, number>;
}

export class DistributionSum {
  private all: Distribution | null = null;
  /** Buckets that are in `all`, and in nothing else. */
  private held: Held | null = null;

  add(part: Distribution): void {
    if (this.all === null) {
      this.all = part;
      return;
    }
    const { buckets } = part;
    if (isExplicit(buckets) || !this.addInPlace(buckets)) {
      this.all = addDistributions(this.all, part);
      this.held = isExplicit(this.all.buckets) ? null : heldOf(this.all.buckets);
      if (this.held) this.all = { ...this.all, buckets: this.held };
      return;
    }
    const without = { bounds: [], counts: [] };
    const figures = addDistributions({ ...this.all, buckets: without }, { ...part, buckets: without });
    this.all = { ...figures, buckets: this.held ?? this.all.buckets };
  }

  get value(): Distribution | undefined {
    return this.all ?? undefined;
  }

  /** @returns false, with nothing added: the buckets are others, or too many */
  private addInPlace(part: Exponential): boolean {
    const { held } = this;
    if (!held || held.scale !== part.scale || held.zeroThreshold !== part.zeroThreshold) return false;
    if (Math.max(spanOf(part.positive, held.positive), spanOf(part.negative, held.negative)) > MOST_BUCKETS)
      return false;
    held.zeroCount += part.zeroCount;
    addAll(held.positive, part.positive);
    addAll(held.negative, part.negative);
    return true;
  }
}

function heldOf({ scale, zeroThreshold, zeroCount, positive, negative }: Exponential): Held {
  return { scale, zeroThreshold, zeroCount, positive: new Map(positive), negative: new Map(negative) };
}

function addAll(into: Map<number, number>, counts: ReadonlyMap<number, number>): void {
  for (const [index, count] of counts) into.set(index, (into.get(index) ?? 0) + count);
}
