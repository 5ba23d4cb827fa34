/**
 * What one call of a model may count. A number beyond is none that was counted: added to others, a few of them would be more than a
 * database column holds, and no list of what they are part of could be answered.
 */
const MOST_TOKENS = 10_000_000_000;
/** US dollars. */
const MOST_COST = 1_000_000_000;

export function isTokenCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS;
}

export function isCost(value: number): boolean {
  return value >= 0 && value <= MOST_COST;
}
