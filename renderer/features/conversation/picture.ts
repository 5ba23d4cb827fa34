/** Pictures are shown for what their bytes say they are, whatever their sender calls them. */
const SIGNATURES: readonly (readonly [type: string, pattern: RegExp])[] = [
  ['image/png', /^iVBORw0KGgo/],
  ['image/jpeg', /^\/9j\//],
  ['image/gif', /^R0lGOD[dl]h/],
  ['image/webp', /^UklGR.{7}RUJQ/],
];

/** A data URI of a picture that the browser may decode; null: it is none of these. @param data base64 */
export function pictureOf(data: string): string | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data.slice(0, 4_000))) return null;
  const found = SIGNATURES.find(([, pattern]) => pattern.test(data));
  return found ? `data:${found[0]};base64,${data}` : null;
}
