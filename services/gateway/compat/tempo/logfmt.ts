/** Reads logfmt, in which Grafana wrote tags before TraceQL: `service.name=shop "http url"="a b" error`. */
import { cut, invalid } from '../parameters';

const PAIR = /\s*([^\s="]+)(?:=("(?:[^"\\]|\\.)*"|[^\s"]*))?/y;

/** @throws SpoorError VALIDATION_ERROR */
export function readLogfmt(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  const reader = new RegExp(PAIR);
  while (reader.lastIndex < text.length) {
    const from = reader.lastIndex;
    const match = reader.exec(text);
    if (!match) {
      if (/^\s*$/.test(text.slice(from))) break;
      throw invalid(`invalid tags: unexpected ${JSON.stringify(cut(text.slice(from).trim()))} at pos ${from + 1}`);
    }
    const [, key = '', value = ''] = match;
    if (pairs.has(key)) throw invalid(`invalid tags: tag ${cut(key)} has been set twice`);
    pairs.set(key, value.startsWith('"') ? unquoted(value) : value);
  }
  return pairs;
}

function unquoted(text: string): string {
  try {
    const value: unknown = JSON.parse(text.replace(/[\n\r\t]/g, (one) => JSON.stringify(one).slice(1, -1)));
    if (typeof value === 'string') return value;
  } catch {}
  throw invalid(`invalid tags: ${cut(text)} is not quoted text`);
}
