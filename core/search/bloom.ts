/**
 * A split block Bloom filter, as Parquet defines it (parquet-format, BloomFilter.md): a hash sets one bit in each of the eight
 * words of one line of 32 bytes, so that a test reads 32 bytes of the filter, however large it is.
 */
export const LINE_BYTES = 32;
/** One false answer in about 1,000. */
const BITS_PER_HASH = 16;

const SALTS = [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31] as const;

export function bloomOf(hashes: Uint32Array): Uint8Array {
  const lines = Math.ceil((hashes.length * BITS_PER_HASH) / (LINE_BYTES * 8));
  const words = new Uint32Array(lines * SALTS.length);
  for (const hash of hashes) {
    const line = bloomLine(hash, lines) * SALTS.length;
    for (let i = 0; i < SALTS.length; i++)
      words[line + i] = (words[line + i] as number) | bit(hash, SALTS[i] as number);
  }
  const bytes = new Uint8Array(lines * LINE_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setUint32(i * 4, word, true);
  return bytes;
}

/** Which of `lines` a hash falls into; SQL computes the same. */
function bloomLine(hash: number, lines: number): number {
  return Math.floor((hash / 2 ** 32) * lines);
}

/** Whether the filter may hold the hash. */
export function filterHas(filter: Uint8Array, hash: number): boolean {
  const lines = filter.length / LINE_BYTES;
  if (lines === 0) return false;
  const at = bloomLine(hash, lines) * LINE_BYTES;
  return lineHas(filter.subarray(at, at + LINE_BYTES), hash);
}

/** Whether the line may hold the hash. */
export function lineHas(line: Uint8Array, hash: number): boolean {
  const view = new DataView(line.buffer, line.byteOffset, line.byteLength);
  return SALTS.every((salt, i) => (view.getUint32(i * 4, true) & bit(hash, salt)) !== 0);
}

/** A mix of its own, so that the bits are independent of the line. */
function bit(hash: number, salt: number): number {
  return 1 << (Math.imul(hash ^ (hash >>> 15), salt) >>> 27);
}
