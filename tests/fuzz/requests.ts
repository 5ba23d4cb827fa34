/** Draws export requests by the oracle's schema: any field of any message, with the values that break decoders. */
import protobuf from 'protobufjs';
import type { Random } from './random';

const TEXTS = [
  '',
  'a',
  'service.name',
  'http.route',
  'nul\0nul',
  '\ufeffbom',
  '🦊 مرحبا',
  'x'.repeat(300),
  'long '.repeat(500),
];
const INTS = ['0', '1', '-1', '127', '128', '9007199254740993', '9223372036854775807', '-9223372036854775808'];
const DOUBLES = [0, 1.5, -1, 1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const TIMES = ['0', '1', '1700000000000000000', '9223372036854775807'];

export function drawRequest(type: protobuf.Type, random: Random): protobuf.Message {
  return type.fromObject(drawMessage(type, random, 0));
}

function drawMessage(type: protobuf.Type, random: Random, depth: number): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const isEnvelope = depth < 3 && field.repeated;
    if (!isEnvelope && random.below(3) === 0) continue;
    // One of a oneof at most.
    if (field.partOf?.fieldsArray.some(({ name }) => name in message)) continue;
    if (field.repeated) {
      const count = depth > 8 ? 0 : random.below(depth < 4 ? 4 : 3);
      message[field.name] = Array.from({ length: count }, () => drawValue(field, random, depth));
    } else if (depth <= 8 || !(field.resolvedType instanceof protobuf.Type)) {
      message[field.name] = drawValue(field, random, depth);
    }
  }
  return message;
}

function drawValue(field: protobuf.Field, random: Random, depth: number): unknown {
  field.resolve();
  if (field.resolvedType instanceof protobuf.Type) return drawMessage(field.resolvedType, random, depth + 1);
  switch (field.type) {
    case 'string':
      return random.pick(TEXTS);
    case 'bytes':
      return random.bytes(idLength(field.name, random));
    case 'bool':
      return random.below(2) === 1;
    case 'double':
      return random.pick(DOUBLES);
    case 'fixed64':
      return random.pick(field.name.endsWith('UnixNano') ? TIMES : TIMES.slice(0, 3));
    case 'uint64':
      return random.pick(['0', '1', '300', '18446744073709551615']);
    case 'int64':
    case 'sfixed64':
      return random.pick(INTS);
    case 'sint32':
      return random.pick([0, 1, -1, 20, -10, 2147483647, -2147483648]);
    case 'fixed32':
      return random.pick([0, 1, 256, 768, 4294967295]);
    default:
      return random.pick([0, 1, 2, 5, 100]);
  }
}

/** Mostly right, so that records are kept. */
function idLength(name: string, random: Random): number {
  const right = name === 'traceId' ? 16 : name.endsWith('panId') ? 8 : 5;
  return random.below(20) === 0 ? random.pick([0, 7, 16, 17]) : right;
}
