/** Where in the source a span was made, as a link that an editor opens (OpenTelemetry's `code.*` attributes, new and old names). */
import { type KeyValue, plainAttributes } from '../../../core/model/json-types';

export interface SourceLink {
  /** Such as src/shop.ts:88, cut at the front where it is long. */
  readonly label: string;
  readonly url: string;
}

const MAX_LABEL = 40;

/** Null without an absolute path: an attribute is hostile text, and a relative one leads nowhere. */
export function sourceLink(attributes: readonly KeyValue[]): SourceLink | null {
  const plain = plainAttributes(attributes);
  const path = plain['code.file.path'] ?? plain['code.filepath'];
  const line = Number(plain['code.line.number'] ?? plain['code.lineno']);
  if (typeof path !== 'string' || !/^(\/|[a-z]:[\\/])/i.test(path) || path.includes('\0')) return null;
  const place = Number.isInteger(line) && line > 0 ? `${path}:${line}` : path;
  const url = `vscode://file/${encodeURI(place.replaceAll('\\', '/').replace(/^\/+/, '')).replaceAll('#', '%23').replaceAll('?', '%3F')}`;
  return { label: place.length > MAX_LABEL ? `\u2026${place.slice(1 - MAX_LABEL)}` : place, url };
}
