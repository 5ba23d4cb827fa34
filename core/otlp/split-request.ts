/** An export request in pieces of a size that receivers take: files hold requests of any size. */
import { WireError, WireReader } from './wire-reader';

/** Field 1 of every export request: resources with their records. */
const RESOURCES = 1;

/**
 * Requests of at most `maxBytes` each, together the one that is given; resources stay whole, so one that is larger is a request alone.
 * @throws WireError for bytes that are no request
 */
export function splitRequest(request: Uint8Array, maxBytes: number): readonly Uint8Array[] {
  if (request.length <= maxBytes) return [request];
  const pieces: Uint8Array[] = [];
  const reader = new WireReader(request);
  let start = 0;
  let end = 0;
  while (reader.next()) {
    if (reader.field !== RESOURCES) throw new WireError(`field ${reader.field} is not one of an export request`);
    reader.skip();
    if (end > start && reader.pos - start > maxBytes) {
      pieces.push(request.subarray(start, end));
      start = end;
    }
    end = reader.pos;
  }
  if (end > start) pieces.push(request.subarray(start, end));
  return pieces;
}
