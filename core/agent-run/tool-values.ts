/** Whether two say the same of a tool's arguments or result: each instrumentation writes them in its own way. */
import { isObject, type JsonObject } from '../dialects/json-objects';
import { parsed } from '../dialects/span-source';
import type { PlainValue } from '../model/json-types';

export function isNothingSaid(value: PlainValue | undefined): boolean {
  const said = value === undefined ? null : parsed(value);
  return said === null || said === '' || (typeof said === 'object' && Object.keys(said).length === 0);
}

/** 3: the same; 2: one says more than the other; 1: one says nothing; 0: they differ. */
export function agreement(one: PlainValue, other: PlainValue): 0 | 1 | 2 | 3 {
  const [a, b] = [parsed(one), parsed(other)];
  if (isNothingSaid(a) || isNothingSaid(b)) return isNothingSaid(a) && isNothingSaid(b) ? 3 : 1;
  if (isEqual(a, b)) return 3;
  if (isObject(a) && isObject(b)) return holds(a, b) || holds(b, a) ? 2 : 0;
  // A tool with one argument is often told its value alone.
  const [object, value] = isObject(a) ? [a, b] : [b, a];
  if (!isObject(object)) return 0;
  const values = Object.values(object);
  const given = Array.isArray(value) ? value : [value];
  return values.length === given.length && values.every((said, i) => isEqual(said, given[i] as PlainValue)) ? 3 : 0;
}

/** Defaults are filled in, and what only the framework knows is left out. */
function holds(all: JsonObject, some: JsonObject, depth = 0): boolean {
  return Object.entries(some).every(([key, value]) => {
    const other = Object.hasOwn(all, key) ? all[key] : undefined;
    return other !== undefined && isEqual(other, value, depth);
  });
}

/** Below that, what is compared is not what anybody would tell a tool. */
const MAX_DEPTH = 100;

function isEqual(a: PlainValue, b: PlainValue, depth = 0): boolean {
  if (a === b) return true;
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((one, i) => isEqual(one, b[i] as PlainValue, depth + 1));
  }
  if (isObject(a) && isObject(b)) return Object.keys(a).length === Object.keys(b).length && holds(b, a, depth + 1);
  // Numbers and booleans come as text, too.
  return !isObject(a) && !isObject(b) && String(a).trim() === String(b).trim();
}
