export interface Sorting {
  readonly key: string;
  readonly descending: boolean;
}

/** Unknown values last, whichever way the others go; rows of the same value keep their order. */
export function sortedRows<Row>(
  rows: readonly Row[],
  valueIn: (row: Row) => string | number | null,
  descending: boolean,
): Row[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [valueIn(a), valueIn(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    return sign * String(left).localeCompare(String(right));
  });
}
