/**
 * How much was added between the points of one series, whatever its temporality. A cumulative series begins anew where its start moves to
 * after the point before, or where it counts less than before: then what it counts is what was added since.
 */
export interface TimedValue<V> {
  readonly timeNs: number;
  /** When counting began; null: not said. */
  readonly startNs: number | null;
  readonly value: V;
}

export interface Increase<V> {
  /** It was added after this. */
  readonly fromNs: number;
  readonly toNs: number;
  readonly value: V;
  /** Counting began anew. */
  readonly isReset: boolean;
}

export type Temporality = 'delta' | 'cumulative';

/**
 * @param points in order of time
 * @param difference null: `now` is less than `before`, which a counter cannot be
 * @param readFromNs what is before was not read: a series that began before it had counted something already
 */
export function increasesOf<V>(
  points: readonly TimedValue<V>[],
  temporality: Temporality,
  difference: (now: V, before: V) => V | null,
  readFromNs: number,
): Increase<V>[] {
  const increases: Increase<V>[] = [];
  let before: TimedValue<V> | null = null;
  for (const point of points) {
    const { timeNs, startNs, value } = point;
    if (temporality === 'delta') {
      // From its start, which is the time of the point before where the sender does not say.
      const fromNs = startNs ?? before?.timeNs ?? timeNs;
      increases.push({ fromNs: Math.min(fromNs, timeNs), toNs: timeNs, value, isReset: false });
    } else if (before === null) {
      // A start at the point itself says that the true one is not known.
      if (startNs !== null && startNs >= readFromNs && startNs < timeNs) {
        increases.push({ fromNs: startNs, toNs: timeNs, value, isReset: false });
      }
    } else if (timeNs > before.timeNs) {
      const began = startNs !== null && startNs !== before.startNs && startNs >= before.timeNs;
      const added = began ? null : difference(value, before.value);
      if (added !== null) increases.push({ fromNs: before.timeNs, toNs: timeNs, value: added, isReset: false });
      else {
        const fromNs = began && startNs < timeNs ? startNs : before.timeNs;
        increases.push({ fromNs, toNs: timeNs, value, isReset: true });
      }
    }
    if (before === null || timeNs > before.timeNs || temporality === 'delta') before = point;
  }
  return increases;
}
