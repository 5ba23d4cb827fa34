/** Looks words up that others wrote. An object of its own would also answer to `constructor` and `__proto__`. */
export function wordTable<T>(words: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null), words);
}
