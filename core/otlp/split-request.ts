/** An export request in pieces of a size that receivers take: files hold requests of any size. */
import { WIRE_BYTES, WireError, WireReader } from './wire-reader';
import { WireWriter } from './wire-writer';

/** Field 1 of every export request: resources with their records. */
const RESOURCES = 1;
/** In a resource its scopes, and in a scope its records: field 2 of both, for every signal. */
const INNER = 2;
/** Scopes have records, which stay whole. */
const SPLIT_LEVELS = 2;
/** What a resource or a scope says of all that is in it is in every piece: one that says much stays whole. */
const MAX_HEAD_SHARE = 1 / 4;

/**
 * Requests of about `maxBytes` each, together the one that is given. A resource that is larger is in several, with what it says of itself;
 * records stay whole, so one that is larger is a request alone.
 * @throws WireError for bytes that are no request
 */
export function splitRequest(request: Uint8Array, maxBytes: number): readonly Uint8Array[] {
  return [...piecesOf(request, maxBytes)];
}

/** The same, each when it is asked for. */
export function* piecesOf(request: Uint8Array, maxBytes: number): Generator<Uint8Array> {
  if (request.length <= maxBytes) {
    yield request;
    return;
  }
  const reader = new WireReader(request);
  let start = 0;
  let end = 0;
  while (reader.next()) {
    if (reader.field !== RESOURCES) throw new WireError(`field ${reader.field} is not one of an export request`);
    reader.expect(WIRE_BYTES);
    const at = reader.tagStart;
    reader.skip();
    if (reader.pos - start > maxBytes) {
      if (end > start) yield request.subarray(start, end);
      start = at;
    }
    if (reader.pos - at > maxBytes) {
      for (const part of partsOf(contentOf(request.subarray(at, reader.pos)), maxBytes, SPLIT_LEVELS))
        yield asField(RESOURCES, part);
      start = reader.pos;
    }
    end = reader.pos;
  }
  if (end > start) yield request.subarray(start, end);
}

/** A resource or a scope, as several of its kind. What it holds is read twice and never listed: it may be millions of messages. */
function* partsOf(message: Uint8Array, maxBytes: number, levels: number): Generator<Uint8Array> {
  const head = levels > 0 ? headOf(message, maxBytes * MAX_HEAD_SHARE) : null;
  if (!head) {
    yield message;
    return;
  }
  const room = maxBytes - head.size;
  const held = new Ranges(message);
  const reader = new WireReader(message);
  while (reader.next()) {
    const { tagStart, field } = reader;
    reader.skip();
    if (field !== INNER) continue;
    const size = reader.pos - tagStart;
    if (held.size + size > room && held.size > 0) yield joined(head, held.take());
    if (size <= room) held.add(tagStart, reader.pos);
    else {
      for (const part of partsOf(contentOf(message.subarray(tagStart, reader.pos)), room, levels - 1)) {
        yield joined(head, [asField(INNER, part)]);
      }
    }
  }
  if (held.size > 0) yield joined(head, held.take());
}

/** All but the items. Null: there are none, it takes more than `maxBytes`, or it is damaged, which whoever decodes it says. */
function headOf(message: Uint8Array, maxBytes: number): Ranges | null {
  const head = new Ranges(message);
  let hasItems = false;
  const reader = new WireReader(message);
  try {
    while (reader.next()) {
      const { tagStart, field } = reader;
      if (field === INNER) {
        reader.expect(WIRE_BYTES);
        hasItems = true;
      }
      reader.skip();
      if (field !== INNER) head.add(tagStart, reader.pos);
      if (head.size > maxBytes) return null;
    }
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
  return hasItems ? head : null;
}

/** Parts of a message, of which those that touch are one. */
class Ranges {
  size = 0;
  private readonly found: { readonly start: number; end: number }[] = [];

  constructor(private readonly message: Uint8Array) {}

  add(start: number, end: number): void {
    this.size += end - start;
    const last = this.found.at(-1);
    if (last?.end === start) last.end = end;
    else this.found.push({ start, end });
  }

  get bytes(): Uint8Array[] {
    return this.found.map(({ start, end }) => this.message.subarray(start, end));
  }

  /** The bytes, which it forgets. */
  take(): Uint8Array[] {
    const { bytes } = this;
    this.found.length = 0;
    this.size = 0;
    return bytes;
  }
}

function contentOf(field: Uint8Array): Uint8Array {
  const reader = new WireReader(field);
  reader.next();
  return reader.view8();
}

function asField(field: number, content: Uint8Array): Uint8Array {
  const out = new WireWriter(content.length + 16);
  out.data(field, content);
  return out.finish();
}

function joined(head: Ranges, items: readonly Uint8Array[]): Uint8Array {
  const parts = [...head.bytes, ...items];
  const whole = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
