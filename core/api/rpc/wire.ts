/**
 * Structured values as bytes, for the WebSocket: JSON, which engines read and write themselves and which has every text and every
 * key, with what it has no word for beside it. Objects with the one key `$` stand for that:
 * `{"$":["bytes",0]}` for the first of the buffers that follow, `{"$":["int","9"]}` for a bigint, `{"$":["number","NaN"]}` for a
 * number that JSON lacks. A key of the data that begins with `$` gets another one.
 *
 * A value is the length of the JSON (4 bytes, little-endian), the JSON, and each buffer: its kind (1 byte), its length (4), its bytes.
 * A message is what it is (1 byte), the number of the call (4), and the value, so that one whose value cannot be read can be answered.
 */
import { type Broken, type Call, isCall, isReply, type Reply } from './channel';

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
    buffers.push(new type(Uint8Array.from(bytes.subarray(at + BUFFER_HEAD, end)).buffer));
    at = end;
  }
  // Without marks it is read in one go, however deep it is.
  return json.includes(MARK) ? JSON.parse(json, (_, value) => unmarked(value, buffers)) : JSON.parse(json);
}

export function encodeMessage(message: Call | Reply): Uint8Array<ArrayBuffer> {
  const isAsked = 'call' in message;
  const value = isAsked ? [message.method, message.parameters] : message.ok ? [message.value] : [null, message.error];
  const bytes = encoded(value, MESSAGE_HEAD);
  bytes[0] = isAsked ? CALL : REPLY;
  new DataView(bytes.buffer).setUint32(1, isAsked ? message.call : message.reply, true);
  return bytes;
}

/** @throws Error when the bytes are no message at all */
export function decodeMessage(bytes: Uint8Array): Call | Reply | Broken {
  if (bytes.length < MESSAGE_HEAD || (bytes[0] !== CALL && bytes[0] !== REPLY)) throw new TypeError('it is no message');
  const id = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1, true);
  const isAsked = bytes[0] === CALL;
  try {
    const value = decodeWire(bytes.subarray(MESSAGE_HEAD));
    const [first, second] = Array.isArray(value) ? (value as unknown[]) : [];
    const message: unknown = isAsked
      ? { call: id, method: first, parameters: second }
      : second === undefined
        ? { reply: id, ok: true, value: first }
        : { reply: id, ok: false, error: second };
    if (isAsked ? isCall(message) : isReply(message)) return message as Call | Reply;
    throw new TypeError('it is no call');
  } catch (error) {
    const broken = error instanceof Error ? error.message : String(error);
    return isAsked ? { call: id, broken } : { reply: id, broken };
  }
}

function encoded(value: unknown, headBytes: number): Uint8Array<ArrayBuffer> {
  const buffers: Buffered[] = [];
  const json = (isJson(value) ? JSON.stringify(value) : JSON.stringify(value, marking(buffers))) ?? 'null';
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

/** Whether JSON holds all of it as it is: then it is written in one go, several times as fast. */
function isJson(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null || value === undefined) return true;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || ArrayBuffer.isView(value)) return false;
  if (Array.isArray(value)) return value.every(isJson);
  for (const key in value) {
    if (key.startsWith('$') || !isJson((value as Record<string, unknown>)[key])) return false;
  }
  return true;
}

interface Buffered {
  readonly kind: number;
  readonly view: Uint8Array;
}

/** What is looked at is the part itself: buffers of Node have a `toJSON`, which would be asked first. */
function marking(buffers: Buffered[]) {
  return function (this: Record<string, unknown>, key: string, said: unknown): unknown {
    const part = this[key];
    return marked(ArrayBuffer.isView(part) ? part : said, buffers);
  };
}

function marked(part: unknown, buffers: Buffered[]): unknown {
  switch (typeof part) {
    case 'bigint':
      return { $: ['int', part.toString()] };
    case 'number':
      return Number.isFinite(part) && !Object.is(part, -0)
        ? part
        : { $: ['number', Object.is(part, -0) ? '-0' : String(part)] };
    case 'function':
    case 'symbol':
      throw new TypeError(`a ${typeof part} cannot be carried`);
    case 'object': {
      if (part === null || Array.isArray(part)) return part;
      if (ArrayBuffer.isView(part)) {
        const kind = TYPED_ARRAYS.findIndex((type) => part instanceof type);
        if (kind < 0) throw new TypeError('a view of this type cannot be carried');
        buffers.push({ kind, view: new Uint8Array(part.buffer, part.byteOffset, part.byteLength) });
        return { $: ['bytes', buffers.length - 1] };
      }
      for (const key in part)
        if (key.startsWith('$')) return withKeys(part, (one) => (one.startsWith('$') ? `$${one}` : one));
      return part;
    }
    default:
      return part;
  }
}

function unmarked(part: unknown, buffers: readonly unknown[]): unknown {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  for (const key in part) {
    if (!key.startsWith('$')) continue;
    if (key !== '$') return withKeys(part, (one) => (one.startsWith('$') ? one.slice(1) : one));
    const [kind, said] = (part as { $: unknown }).$ as [unknown, unknown];
    if (kind === 'bytes' && typeof said === 'number' && said in buffers) return buffers[said];
    if (kind === 'int' && typeof said === 'string' && said.length <= MAX_DIGITS) return BigInt(said);
    if (kind === 'number') return Number(said);
    throw new TypeError('it has a mark that means nothing');
  }
  return part;
}

/** Of 64 bits there are twenty; longer ones would be much work to read. */
const MAX_DIGITS = 100;

/** Also a key such as `__proto__` is one like others. */
function withKeys(part: object, rename: (key: string) => string): object {
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [rename(key), value]));
}
