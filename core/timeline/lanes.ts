/**
 * Spans packed into lanes, in each of which none overlaps another:
 *
 *   group "checkout"  lane 0  ████████████      ██████
 *                     lane 1    ████  ███         ██
 *   group "db"        lane 2      ██   █  █       █
 *
 * Items lie lane after lane, by start within a lane. Beside them is a pyramid: level k holds, for each aligned block of 2^k
 * items, the longest of them; so the longest of any stretch of a lane is found in a few steps (speaking for a crowd of bars
 * thinner than a pixel), and a running count of errors says whether one is among them.
 */

export interface LaneSet {
  readonly length: number;
  readonly laneCount: number;
  /** Items of lane k: [laneStart[k], laneStart[k + 1]). */
  readonly laneStart: Uint32Array;
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  /** What the item stands for: a span's index, or a flame graph's node. */
  readonly subject: Uint32Array;
  /** Palette entry of the item. */
  readonly color: Uint16Array;
  /** levels[0] is the pairs' level: the longest of items 2i and 2i + 1. */
  readonly levels: readonly Uint32Array[];
  /** Failed items before item i; one entry more than items. */
  readonly errorsBefore: Uint32Array;
}

export interface LaneItems {
  readonly length: number;
  /** In ascending order of start. */
  readonly subject: Uint32Array;
  readonly startNs: (subject: number) => number;
  readonly endNs: (subject: number) => number;
  readonly lane: Uint32Array;
  readonly laneCount: number;
  readonly color: (subject: number) => number;
  readonly failed: (subject: number) => boolean;
}

/** Puts items, each with its lane given, in order of lane and builds the pyramid. */
export function layLanes(items: LaneItems): LaneSet {
  const { length, lane, laneCount } = items;
  const laneStart = new Uint32Array(laneCount + 1);
  for (let k = 0; k < length; k++) {
    const next = (lane[k] as number) + 1;
    laneStart[next] = (laneStart[next] as number) + 1;
  }
  for (let l = 0; l < laneCount; l++) laneStart[l + 1] = (laneStart[l + 1] as number) + (laneStart[l] as number);
  const at = laneStart.slice();
  const subject = new Uint32Array(length);
  for (let k = 0; k < length; k++) {
    const l = lane[k] as number;
    subject[at[l] as number] = items.subject[k] as number;
    at[l] = (at[l] as number) + 1;
  }
  const startNs = new Float64Array(length);
  const endNs = new Float64Array(length);
  const color = new Uint16Array(length);
  const errorsBefore = new Uint32Array(length + 1);
  for (let i = 0; i < length; i++) {
    const s = subject[i] as number;
    startNs[i] = items.startNs(s);
    endNs[i] = items.endNs(s);
    color[i] = items.color(s);
    errorsBefore[i + 1] = (errorsBefore[i] as number) + (items.failed(s) ? 1 : 0);
  }
  const levels = pyramidOf(startNs, endNs);
  return { length, laneCount, laneStart, startNs, endNs, subject, color, levels, errorsBefore };
}

function pyramidOf(startNs: Float64Array, endNs: Float64Array): Uint32Array[] {
  const longer = (a: number, b: number): number =>
    (endNs[b] as number) - (startNs[b] as number) > (endNs[a] as number) - (startNs[a] as number) ? b : a;
  const levels: Uint32Array[] = [];
  let below: Uint32Array | null = null;
  for (let size = startNs.length >> 1; size > 0; size >>= 1) {
    const level: Uint32Array = new Uint32Array(size);
    for (let i = 0; i < size; i++) {
      level[i] = below ? longer(below[2 * i] as number, below[2 * i + 1] as number) : longer(2 * i, 2 * i + 1);
    }
    levels.push(level);
    below = level;
  }
  return levels;
}

/** The longest item of [from, to), which must not be empty; the first of equals. */
export function longestItem({ levels, startNs, endNs }: LaneSet, from: number, to: number): number {
  let best = from;
  let bestNs = -1;
  for (let i = from; i < to; ) {
    // The largest aligned block that begins here and ends in time.
    let k = 0;
    while (k < levels.length && i % (2 << k) === 0 && i + (2 << k) <= to) k++;
    const item = k === 0 ? i : ((levels[k - 1] as Uint32Array)[i >> k] as number);
    const ns = (endNs[item] as number) - (startNs[item] as number);
    if (ns > bestNs) {
      best = item;
      bestNs = ns;
    }
    i += 1 << k;
  }
  return best;
}

export interface LaneGroup {
  readonly name: string;
  /** Its lanes: [first, first + count). */
  readonly first: number;
  readonly count: number;
  readonly items: number;
  readonly errors: number;
}

/** Packs spans first-fit: each into the uppermost lane of its group that is free by then. */
export function packLanes(
  order: Uint32Array,
  boundsNs: { readonly start: (span: number) => number; readonly end: (span: number) => number },
  groupOf: (span: number) => number,
  groups: readonly string[],
  look: Pick<LaneItems, 'color' | 'failed'>,
): { readonly lanes: LaneSet; readonly groups: readonly LaneGroup[] } {
  const { length } = order;
  const packers = groups.map(() => new FirstFit());
  const lane = new Uint32Array(length);
  const counts = new Uint32Array(groups.length);
  const errors = new Uint32Array(groups.length);
  for (let k = 0; k < length; k++) {
    const span = order[k] as number;
    const group = groupOf(span);
    counts[group] = (counts[group] as number) + 1;
    if (look.failed(span)) errors[group] = (errors[group] as number) + 1;
    lane[k] = (packers[group] as FirstFit).place(boundsNs.start(span), boundsNs.end(span));
  }
  let first = 0;
  const laid = groups.map((name, group): LaneGroup => {
    const count = (packers[group] as FirstFit).count;
    first += count;
    return { name, first: first - count, count, items: counts[group] as number, errors: errors[group] as number };
  });
  for (let k = 0; k < length; k++) {
    lane[k] = (lane[k] as number) + (laid[groupOf(order[k] as number)] as LaneGroup).first;
  }
  const lanes = layLanes({
    length,
    subject: order,
    startNs: boundsNs.start,
    endNs: boundsNs.end,
    lane,
    laneCount: first,
    ...look,
  });
  return { lanes, groups: laid };
}

/** When each lane is free, as a tree of minima: the uppermost free lane is found in log(lanes) steps, whether ten or a million. */
class FirstFit {
  count = 0;
  private leaves = 4;
  private tree = new Float64Array(8).fill(Number.POSITIVE_INFINITY);

  /** @returns the lane */
  place(startNs: number, endNs: number): number {
    const { tree, leaves } = this;
    let lane: number;
    if ((tree[1] as number) <= startNs) {
      let node = 1;
      while (node < leaves) node = (tree[2 * node] as number) <= startNs ? 2 * node : 2 * node + 1;
      lane = node - leaves;
    } else {
      lane = this.count++;
      if (lane === leaves) this.grow();
    }
    this.set(lane, endNs);
    return lane;
  }

  private set(lane: number, freeNs: number): void {
    const { tree } = this;
    let node = lane + this.leaves;
    tree[node] = freeNs;
    for (node >>= 1; node > 0; node >>= 1) {
      const least = Math.min(tree[2 * node] as number, tree[2 * node + 1] as number);
      if (tree[node] === least) break;
      tree[node] = least;
    }
  }

  private grow(): void {
    const old = this.tree.subarray(this.leaves);
    this.leaves *= 2;
    this.tree = new Float64Array(this.leaves * 2).fill(Number.POSITIVE_INFINITY);
    this.tree.set(old, this.leaves);
    for (let node = this.leaves - 1; node > 0; node--) {
      this.tree[node] = Math.min(this.tree[2 * node] as number, this.tree[2 * node + 1] as number);
    }
  }
}
