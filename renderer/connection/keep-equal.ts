/** Deeper data is taken as new. */
const DEEPEST = 500;

/**
 * The new answer, with the old one's objects wherever they are equal, so that what shows them need not render again. The query
 * library's own assigns fields one by one and loses those called `__proto__`.
 */
export function keepEqual(old: unknown, fresh: unknown, depth = 0): unknown {
  if (old === fresh || depth > DEEPEST) return fresh;
  if (Array.isArray(old) && Array.isArray(fresh)) {
    let isSame = old.length === fresh.length;
    const list = fresh.map((value, i) => {
      const kept = keepEqual(old[i], value, depth + 1);
      isSame &&= kept === old[i];
      return kept;
    });
    return isSame ? old : list;
  }
  if (!isPlain(old) || !isPlain(fresh)) return fresh;
  const keys = Object.keys(fresh);
  let isSame = keys.length === Object.keys(old).length;
  const fields = keys.map((key) => {
    const isKnown = Object.hasOwn(old, key);
    const kept = isKnown ? keepEqual(old[key], fresh[key], depth + 1) : fresh[key];
    isSame &&= isKnown && kept === old[key];
    return [key, kept];
  });
  return isSame ? old : Object.fromEntries(fields);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
