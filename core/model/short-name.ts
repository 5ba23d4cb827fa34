/**
 * Names as columns, dictionaries, indexes and lists hold them: short. A sender may name a thing with megabytes; what it sent stands
 * whole with the span, and its page shows that.
 */
import { withoutNul } from './nul';

export const MAX_NAME_CHARS = 256;
const DIGEST_CHARS = 9;

/** The name, or the beginning of a long one with a mark of the rest, so that two long names stay two. */
export function shortName(name: string): string {
  if (name.length <= MAX_NAME_CHARS) return withoutNul(name);
  // A pair of surrogates is not cut through.
  const at = MAX_NAME_CHARS - DIGEST_CHARS;
  const last = name.charCodeAt(at - 1);
  const begin = name.slice(0, last >= 0xd800 && last < 0xdc00 ? at - 1 : at);
  return `${withoutNul(begin)}…${digestOf(name)}`;
}

/** Whether only the beginning of a name may be left: what was sent stands with the span. */
export function isShortened(name: string): boolean {
  return name.length >= MAX_NAME_CHARS - 1 && SHORTENED.test(name);
}

const SHORTENED = /…[0-9a-f]{8}$/;

/** Eight hex digits (FNV-1a over UTF-16). */
function digestOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
