/** Orders by numbers: a radix sort of indices, 16 bits a pass, which for a million keys takes a tenth of a comparing sort. */
const DIGIT = 0x1_0000;

/**
 * Indices of `keys` in ascending order of key, equal keys in order of index.
 * @param keys finite integers less than 2^53 apart; larger ones lose the order of their last digits
 */
export function orderBy(keys: Float64Array): Uint32Array {
  const { length } = keys;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    const key = keys[i] as number;
    if (key < low) low = key;
    if (key > high) high = key;
  }
  let order: Uint32Array = new Uint32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  if (length < 2 || high === low) return order;
  let next: Uint32Array = new Uint32Array(length);
  const digits = new Uint16Array(length);
  const counts = new Uint32Array(DIGIT);
  for (let unit = 1; unit <= high - low; unit *= DIGIT) {
    counts.fill(0);
    for (let i = 0; i < length; i++) {
      const digit = Math.floor(((keys[i] as number) - low) / unit) % DIGIT;
      digits[i] = digit;
      counts[digit] = (counts[digit] as number) + 1;
    }
    let at = 0;
    for (let digit = 0; digit < DIGIT; digit++) {
      const count = counts[digit] as number;
      counts[digit] = at;
      at += count;
    }
    for (let k = 0; k < length; k++) {
      const i = order[k] as number;
      const digit = digits[i] as number;
      next[counts[digit] as number] = i;
      counts[digit] = (counts[digit] as number) + 1;
    }
    [order, next] = [next, order];
  }
  return order;
}

/** Spans by start; of those that start together the longer, which is the outer one, first. */
export function startOrder(startNs: Float64Array, durationNs: Float64Array): Uint32Array {
  const order = orderBy(startNs);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && startNs[order[to] as number] === startNs[order[from] as number]) to++;
    if (to - from > 1) {
      order.subarray(from, to).sort((a, b) => (durationNs[b] as number) - (durationNs[a] as number) || a - b);
    }
    from = to;
  }
  return order;
}

/** The first index in [from, to) of ascending `values` that is at least `value`; `to` when none is. */
export function lowerBound(values: Float64Array, value: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
