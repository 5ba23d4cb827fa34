/** Messages of the calls that pages make, of hostile shapes: each is a message, or broken, or no message at all. */
import { isBroken } from '../../core/api/rpc/channel';
import { decodeMessage, encodeMessage } from '../../core/api/rpc/wire';
import { damage } from './damage';
import type { HostileKind } from './kind';
import { type Random, repeats } from './random';

const VALUES = [
  '"listTraces"',
  '[]',
  '0',
  'null',
  '-0',
  '1e999',
  '"$"',
  '{"$":["bytes",0]}',
  '{"$":["bytes",9]}',
  '{"$":["bytes","length"]}',
  '{"$":["int","9223372036854775807"]}',
  '{"$":["int","0x10"]}',
  '{"$":["int",""]}',
  '{"$":["number","NaN"]}',
  '{"$":["number",[]]}',
  '{"$":["date",1.5e12]}',
  '{"$":["none",0]}',
  '{"$":["map",[[1,2]]]}',
  '{"$":["map",[1]]}',
  '{"$":["map",{}]}',
  '{"$":["set",[1,1]]}',
  '{"$":["set",7]}',
  '{"$":7}',
  '{"$":["x"]}',
  '{"$$":1,"$a":2}',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"toJSON":1}',
  '"\\ud800"',
];

function value(random: Random, depth: number): string {
  if (depth === 0 || random.below(3) === 0) {
    return random.below(20) === 0 ? `{"$":["int","${'9'.repeat(repeats(random))}"]}` : random.pick(VALUES);
  }
  const items = Array.from({ length: random.below(4) }, () => value(random, depth - 1));
  if (random.below(20) === 0) return `[${Array<string>(repeats(random)).fill(value(random, 0)).join(',')}]`;
  if (random.below(2) === 0) return `[${items.join(',')}]`;
  return `{${items.map((item, i) => `"${random.pick(['a', '$', '$$', '__proto__'])}${i}":${item}`).join(',')}}`;
}

function drawMessage(random: Random): Uint8Array {
  const deep = random.below(100) === 0 ? repeats(random) * 10 : 0;
  const inner = deep > 0 ? `${'['.repeat(deep)}${']'.repeat(deep)}` : value(random, 4);
  const json = Buffer.from(random.below(4) === 0 ? inner : `["m",[${inner}]]`);
  const buffers = Array.from({ length: random.below(3) }, () => {
    const length = random.below(3) === 0 ? random.below(2 ** 32) : random.pick([0, 8, 16]);
    const head = Buffer.alloc(5);
    head[0] = random.below(10);
    head.writeUInt32LE(length, 1);
    return Buffer.concat([head, Buffer.alloc(random.pick([0, 8, 16]))]);
  });
  const head = Buffer.alloc(9);
  head[0] = random.below(6);
  head.writeUInt32LE(random.below(2 ** 32), 1);
  head.writeUInt32LE(random.below(20) === 0 ? random.below(2 ** 32) : json.length, 5);
  const message = Uint8Array.from(Buffer.concat([head, json, ...buffers]));
  return random.below(4) === 0 ? damage(message, random) : message;
}

function readsMessage(bytes: Uint8Array): string | null {
  let message: ReturnType<typeof decodeMessage>;
  try {
    message = decodeMessage(bytes);
  } catch (error) {
    // Whoever listens is told by an exception that it is no message.
    return error instanceof Error && !/allocation|array length/i.test(error.message) ? null : String(error);
  }
  if ('polluted' in {}) return 'the prototype of all objects was changed';
  if (isBroken(message)) return /allocation|array length/i.test(message.broken) ? message.broken : null;
  let sentOn: Uint8Array;
  try {
    sentOn = encodeMessage(message);
  } catch (error) {
    // As `encodeWire` says: nested many thousand levels deep.
    return error instanceof RangeError ? null : String(error);
  }
  const again = encodeMessage(decodeMessage(sentOn) as typeof message);
  return Buffer.compare(again, sentOn) === 0 ? null : 'says something else when sent on';
}

export const CALL_KIND: HostileKind = { name: 'calls', draw: drawMessage, run: readsMessage };
