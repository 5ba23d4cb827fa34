/** What came from outside as an object whose fields may be anything; what is none has none. */
export function jsonObject(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { readonly [key: string]: unknown }) : {};
}
