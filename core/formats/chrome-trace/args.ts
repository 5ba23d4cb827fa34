/** Arguments of events as attributes. */
import { COST, type DecodeBudget } from '../../otlp/decode-budget';
import { isRecord } from '../is-record';
import type { Value } from '../spans';

/** Deeper is kept as JSON: an attribute may not be nested deeper than a few dozen levels. */
const MAX_DEPTH = 16;

/** By name, later ones win; arguments that are no object are one of their own. */
export function addArgs(attributes: Map<string, Value>, args: unknown, budget: DecodeBudget): void {
  if (args === undefined || args === null) return;
  if (!isRecord(args)) {
    attributes.set('args', valueOfJson(args, budget, 0));
    return;
  }
  for (const [key, value] of Object.entries(args)) {
    if (value !== null) attributes.set(key, valueOfJson(value, budget, 0));
  }
}

function valueOfJson(value: unknown, budget: DecodeBudget, depth: number): Value {
  budget.charge(COST.item);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (depth >= MAX_DEPTH) return JSON.stringify(value);
  if (Array.isArray(value)) return value.map((item) => valueOfJson(item, budget, depth + 1));
  if (!isRecord(value)) return '';
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return new Map(members.map(([key, member]) => [key, valueOfJson(member, budget, depth + 1)]));
}
