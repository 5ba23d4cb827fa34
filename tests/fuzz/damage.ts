import type { Random } from './random';

/** The input with a few bytes changed, cut off, put in or moved. */
export function damage(bytes: Uint8Array, random: Random): Uint8Array {
  let result = Uint8Array.from(bytes);
  for (let edits = 1 + random.below(4); edits > 0; edits--) {
    const at = random.below(result.length + 1);
    switch (random.below(6)) {
      case 0:
        result = result.slice(0, at);
        break;
      case 1:
        result = Uint8Array.from([...result.subarray(0, at), random.below(256), ...result.subarray(at)]);
        break;
      case 2: {
        // A piece of it, somewhere else: lengths and tags that are plausible.
        const piece = result.slice(at, at + random.below(40));
        const to = random.below(result.length + 1);
        result = Uint8Array.from([...result.subarray(0, to), ...piece, ...result.subarray(to)]);
        break;
      }
      case 3:
        if (result.length > 0) result[at % result.length] = random.pick([0, 1, 0x7f, 0x80, 0xff]);
        break;
      default:
        if (result.length > 0)
          result[at % result.length] = (result[at % result.length] as number) ^ (1 << random.below(8));
    }
  }
  return result;
}
