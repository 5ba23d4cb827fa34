/** Zipkin's `annotationQuery`: `http.method=GET and error`, all of which one trace has. */

const MOST = 100;

/** By tag its value; empty: the tag is there, or an annotation says so. A value that is given wins over none, and the last over others. */
export function readAnnotationQuery(text: string): ReadonlyMap<string, string> {
  const asked = new Map<string, string>();
  for (const part of splitAtMost(text, ' and ', MOST)) {
    const at = part.indexOf('=');
    const key = (at < 0 ? part : part.slice(0, at)).trim();
    if (key === '') continue;
    if (at >= 0) asked.set(key, part.slice(at + 1).trim());
    else if (!asked.has(key)) asked.set(key, '');
  }
  return asked;
}

/** As Java does: the rest is the last part. */
function splitAtMost(text: string, by: string, most: number): string[] {
  const parts = text.split(by);
  return parts.length <= most ? parts : [...parts.slice(0, most - 1), parts.slice(most - 1).join(by)];
}
