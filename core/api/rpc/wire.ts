/**
 * Structured values as bytes, for the WebSocket: JSON, which engines read and write themselves and which has every text and every
 * key, with what it has no word for beside it. Objects with the one key `$` stand for that:
 * `{"$":["bytes",0]}` for the first of the buffers that follow, `{"$":["int","9"]}` for a bigint, `{"$":["number","NaN"]}` for a
 * number that JSON lacks; `date`, `map`, `set` and `none` (for undefined in a list) likewise. A key of the data that begins with `$`
 * gets another one.
 *
 * A value is the length of the JSON (4 bytes, little-endian), the JSON, and each buffer: its kind (1 byte), its length (4), its bytes.
 * A message is what it is (1 byte), the number of the call (4), and the value, so that one whose value cannot be read can be answered.
 */
import { type Broken, isCall, isReply, type Message } from './channel';

const TYPED_ARRAYS = [
  Float64Array,
  Uint32Array,
  Int32Array,
  Uint8Array,
  BigUint64Array,
  BigInt64Array,
  Float32Array,
  Uint16Array,
] as const;
const CALL = 0;
const REPLY = 1;
const CANCEL = 2;
const LOST = 3;
const MESSAGE_HEAD = 5;
const LENGTH = 4;
const BUFFER_HEAD = 1 + LENGTH;
/** One that JSON holds as it is has no text such as this. */
const MARK = '"$';

const utf8 = new TextEncoder();
const text = new TextDecoder('utf-8', { fatal: true });

/** @throws Error for what cannot be carried: functions and symbols, circles, nesting of many thousand levels */
export function encodeWire(value: unknown): Uint8Array<ArrayBuffer> {
  return encoded(value, 0);
}

/** @throws Error when the bytes are not one encoded value. */
export function decodeWire(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const jsonEnd = LENGTH + view.getUint32(0, true);
  if (jsonEnd > bytes.length) throw new RangeError('it ends too early');
  const json = text.decode(bytes.subarray(LENGTH, jsonEnd));
  const buffers: unknown[] = [];
  for (let at = jsonEnd; at < bytes.length; ) {
    const type = TYPED_ARRAYS[view.getUint8(at)];
    const end = at + BUFFER_HEAD + view.getUint32(at + 1, true);
    if (!type || end > bytes.length) throw new RangeError('a buffer is of no kind or ends too early');
    // Copied, because a typed array must begin at a multiple of its element's size; a `slice` of a Buffer of Node's is no copy.
    buffers.push(new type(new Uint8Array(bytes.subarray(at + BUFFER_HEAD, end)).buffer));
    at = end;
  }
  const value: unknown = JSON.parse(json);
  // Without marks it is read in one go, however deep it is.
  return json.includes(MARK) ? field(value, buffers) : value;
}

export function encodeMessage(message: Message): Uint8Array<ArrayBuffer> {
  const [kind, id, value] = partsOf(message);
  const bytes = encoded(value, MESSAGE_HEAD);
  bytes[0] = kind;
  new DataView(bytes.buffer).setUint32(1, id, true);
  return bytes;
}

function partsOf(message: Message): [kind: number, id: number, value: unknown] {
  if ('call' in message) {
    const { call, method, parameters, signal } = message;
    return [CALL, call, signal === undefined ? [method, parameters] : [method, parameters, signal]];
  }
  if ('cancel' in message) return [CANCEL, message.cancel, null];
  if ('lost' in message) return [LOST, 0, message.lost];
  return [REPLY, message.reply, message.ok ? [message.value] : [null, message.error]];
}

/** @throws Error when the bytes are no message at all */
export function decodeMessage(bytes: Uint8Array): Message | Broken {
  const kind = bytes[0] ?? LOST;
  if (bytes.length < MESSAGE_HEAD || kind > LOST) throw new TypeError('it is no message');
  const id = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1, true);
  if (kind === CANCEL) return { cancel: id };
  const body = bytes.subarray(MESSAGE_HEAD);
  if (kind === LOST) return { lost: String(decodeWire(body)) };
  try {
    const value = decodeWire(body);
    const [first, second, third] = Array.isArray(value) ? (value as unknown[]) : [];
    const message: unknown =
      kind === CALL
        ? { call: id, method: first, parameters: second, ...(third === undefined ? {} : { signal: third }) }
        : second === undefined
          ? { reply: id, ok: true, value: first }
          : { reply: id, ok: false, error: second };
    if (kind === CALL ? isCall(message) : isReply(message)) return message as Message;
    throw new TypeError('it is no call');
  } catch (error) {
    const broken = error instanceof Error ? error.message : String(error);
    return kind === CALL ? { call: id, broken } : { reply: id, broken };
  }
}

function encoded(value: unknown, headBytes: number): Uint8Array<ArrayBuffer> {
  const buffers: Buffered[] = [];
  const json = JSON.stringify(marked(value, buffers)) ?? 'null';
  const said = utf8.encode(json);
  const size = buffers.reduce((sum, { view }) => sum + BUFFER_HEAD + view.length, headBytes + LENGTH + said.length);
  const bytes = new Uint8Array(size);
  const lengths = new DataView(bytes.buffer);
  lengths.setUint32(headBytes, said.length, true);
  bytes.set(said, headBytes + LENGTH);
  let at = headBytes + LENGTH + said.length;
  for (const { kind, view } of buffers) {
    bytes[at] = kind;
    lengths.setUint32(at + 1, view.length, true);
    bytes.set(view, at + BUFFER_HEAD);
    at += BUFFER_HEAD + view.length;
  }
  return bytes;
}

interface Buffered {
  readonly kind: number;
  readonly view: Uint8Array;
}

/** What JSON holds as it is stays the same object; of the rest there is a copy, with marks for what JSON has no word for. */
function marked(part: unknown, buffers: Buffered[]): unknown {
  switch (typeof part) {
    case 'number':
      if (Object.is(part, -0)) return mark('number', '-0');
      return Number.isFinite(part) ? part : mark('number', String(part));
    case 'bigint':
      return mark('int', part.toString());
    case 'function':
    case 'symbol':
      throw new TypeError(`a ${typeof part} cannot be carried`);
    case 'object':
      if (part === null) return null;
      return Array.isArray(part) ? markedList(part, buffers) : markedObject(part, buffers);
    default:
      return part;
  }
}

function markedList(list: readonly unknown[], buffers: Buffered[]): readonly unknown[] {
  let copy: unknown[] | null = null;
  for (let i = 0; i < list.length; i++) {
    const said = list[i] === undefined ? mark('none', 0) : marked(list[i], buffers);
    if (!copy && said !== list[i]) copy = list.slice(0, i);
    copy?.push(said);
  }
  return copy ?? list;
}

function markedObject(part: object, buffers: Buffered[]): unknown {
  const of = Object.getPrototypeOf(part);
  if (of === Object.prototype || of === null) return markedFields(part, buffers, null);
  if (ArrayBuffer.isView(part)) {
    const kind = TYPED_ARRAYS.findIndex((type) => part instanceof type);
    if (kind < 0) throw new TypeError('a view of this type cannot be carried');
    buffers.push({ kind, view: new Uint8Array(part.buffer, part.byteOffset, part.byteLength) });
    return mark('bytes', buffers.length - 1);
  }
  if (part instanceof Date) return mark('date', marked(part.getTime(), buffers));
  if (part instanceof Map) return mark('map', marked([...part], buffers));
  if (part instanceof Set) return mark('set', marked([...part], buffers));
  const kind = Object.prototype.toString.call(part);
  if (kind !== '[object Object]') throw new TypeError(`an ${kind.slice(1, -1)} cannot be carried`);
  // The fields of an instance of a class, as in a structured clone, whatever its `toJSON` would say.
  return markedFields(part, buffers, []);
}

function markedFields(part: object, buffers: Buffered[], begun: [string, unknown][] | null): object {
  let copy = begun;
  let seen = 0;
  for (const [key, value] of Object.entries(part)) {
    const said = marked(value, buffers);
    if (!copy && (said !== value || key.startsWith('$'))) copy = Object.entries(part).slice(0, seen);
    copy?.push([key.startsWith('$') ? `$${key}` : key, said]);
    seen++;
  }
  // Also a key such as `__proto__` is one like others.
  return copy ? Object.fromEntries(copy) : part;
}

const mark = (kind: string, said: unknown): object => ({ $: [kind, said] });

/** Stands for undefined until the list that holds it has it. */
const NONE = Symbol('none');

/** What `marked` was given, made of what it gave, in place. */
function restored(part: unknown, buffers: readonly unknown[]): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) {
    for (let i = 0; i < part.length; i++) {
      const one = restored(part[i], buffers);
      part[i] = one === NONE ? undefined : one;
    }
    return part;
  }
  const fields = part as Record<string, unknown>;
  let isRenamed = false;
  for (const key in fields) {
    if (key === '$') return read(fields[key], buffers);
    if (key.startsWith('$')) isRenamed = true;
    fields[key] = field(fields[key], buffers);
  }
  if (!isRenamed) return part;
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key.startsWith('$') ? key.slice(1) : key, value]),
  );
}

function field(part: unknown, buffers: readonly unknown[]): unknown {
  const value = restored(part, buffers);
  if (value === NONE) throw new TypeError(MEANS_NOTHING);
  return value;
}

const MEANS_NOTHING = 'it has a mark that means nothing';
/** Of 64 bits there are twenty; longer ones would be much work to read. */
const MAX_DIGITS = 100;

function read(said: unknown, buffers: readonly unknown[]): unknown {
  const [kind, inner] = Array.isArray(said) ? (said as unknown[]) : [];
  const value = restored(inner, buffers);
  if (kind === 'bytes' && typeof value === 'number' && value in buffers) return buffers[value];
  if (kind === 'int' && typeof value === 'string' && value.length <= MAX_DIGITS) return BigInt(value);
  if (kind === 'number' && typeof value === 'string') return Number(value);
  if (kind === 'date' && typeof value === 'number') return new Date(value);
  if (kind === 'map' && Array.isArray(value) && value.every(isPair)) return new Map(value);
  if (kind === 'set' && Array.isArray(value)) return new Set(value);
  if (kind === 'none') return NONE;
  throw new TypeError(MEANS_NOTHING);
}

const isPair = (value: unknown): value is [unknown, unknown] => Array.isArray(value) && value.length === 2;
