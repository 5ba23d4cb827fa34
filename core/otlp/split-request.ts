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
    const content = reader.view8();
    if (reader.pos - start > maxBytes) {
      if (end > start) yield request.subarray(start, end);
      start = at;
    }
    if (reader.pos - at > maxBytes) {
      for (const part of partsOf(content, maxBytes, SPLIT_LEVELS)) yield asField(RESOURCES, part);
      start = reader.pos;
    }
    end = reader.pos;
  }
  if (end > start) yield request.subarray(start, end);
}

/** A resource or a scope, as several of its kind. */
function* partsOf(message: Uint8Array, maxBytes: number, levels: number): Generator<Uint8Array> {
  const fields = levels > 0 ? fieldsOf(message) : null;
  if (!fields || fields.items.length === 0 || fields.head.length > maxBytes * MAX_HEAD_SHARE) {
    yield message;
    return;
  }
  const { head, items } = fields;
  const room = maxBytes - head.length;
  let held: Uint8Array[] = [];
  let size = 0;
  for (const { field, content } of items) {
    if (size + field.length > room && held.length > 0) {
      yield joined([head, ...held]);
      held = [];
      size = 0;
    }
    if (field.length > room) {
      for (const part of partsOf(content, room, levels - 1)) yield joined([head, asField(INNER, part)]);
    } else {
      held.push(field);
      size += field.length;
    }
  }
  if (held.length > 0) yield joined([head, ...held]);
}

interface Fields {
  /** All but the items. */
  readonly head: Uint8Array;
  /** @property field with its tag and length */
  readonly items: readonly { readonly field: Uint8Array; readonly content: Uint8Array }[];
}

/** Null: it is damaged, which whoever decodes it says. */
function fieldsOf(message: Uint8Array): Fields | null {
  const head: Uint8Array[] = [];
  const items: { field: Uint8Array; content: Uint8Array }[] = [];
  const reader = new WireReader(message);
  try {
    while (reader.next()) {
      const at = reader.tagStart;
      if (reader.field === INNER) {
        reader.expect(WIRE_BYTES);
        const content = reader.view8();
        items.push({ field: message.subarray(at, reader.pos), content });
      } else {
        reader.skip();
        head.push(message.subarray(at, reader.pos));
      }
    }
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
  return { head: joined(head), items };
}

function asField(field: number, content: Uint8Array): Uint8Array {
  const out = new WireWriter(content.length + 16);
  out.data(field, content);
  return out.finish();
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
