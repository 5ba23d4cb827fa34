import { describe, expect, it } from 'vitest';
import { unzstd, ZstdTooLarge } from '../../services/ingest/unzstd';

/** Made by the reference tool: from a file (its size is in the header), and from a pipe (it is not). */
const SIZED = Buffer.from('KLUv/SQXZQAAMGhlbGxvIAEAmUsRF16uDQ==', 'base64');
const STREAMED = Buffer.from('KLUv/QRYZQAAMGhlbGxvIAEAmUsRF16uDQ==', 'base64');
const TEXT = 'hello hello hello hello';

/** A frame of blocks that repeat one byte 128 KiB long: 4 bytes each. `window` is the window descriptor. */
function rleFrame(blocks: number, window: number, contentBytes: number | null): Uint8Array {
  const header =
    contentBytes === null
      ? [0x28, 0xb5, 0x2f, 0xfd, 0x00, window]
      : [0x28, 0xb5, 0x2f, 0xfd, 0x80, window, ...new Uint8Array(Uint32Array.of(contentBytes).buffer)];
  const body: number[] = [];
  for (let i = 0; i < blocks; i++) {
    const block = ((128 * 1024) << 3) | (1 << 1) | (i === blocks - 1 ? 1 : 0);
    body.push(block & 0xff, (block >> 8) & 0xff, (block >> 16) & 0xff, 0x41);
  }
  return Uint8Array.from([...header, ...body]);
}

const text = async (bytes: Uint8Array, limit = 1 << 20): Promise<string> =>
  Buffer.concat(await unzstd(bytes, limit)).toString();

/** A block of three bytes of header and what follows. */
function block(type: number, size: number, body: readonly number[], isLast = false): number[] {
  const header = (size << 3) | (type << 1) | Number(isLast);
  return [header & 0xff, (header >> 8) & 0xff, (header >> 16) & 0xff, ...body];
}

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const RAW = 0;
const RLE = 1;
const COMPRESSED = 2;

describe('unzstd', () => {
  it('unpacks frames that say their size, frames that do not, and several in a row', async () => {
    expect(await text(SIZED)).toBe(TEXT);
    expect(await text(STREAMED)).toBe(TEXT);
    const skippable = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
    expect(await text(Buffer.concat([SIZED, skippable, STREAMED]))).toBe(TEXT + TEXT);
    expect(await text(new Uint8Array(0))).toBe('');
    const empty = Uint8Array.from([...MAGIC, 0x20, 0, ...block(RAW, 0, [], true)]);
    expect(await text(Buffer.concat([empty, SIZED, empty]))).toBe(TEXT);
  });

  it('stops a bomb by what it unpacks to, whatever its header says', async () => {
    // 64 MiB in 2 kB.
    const limit = 1 << 20;
    await expect(unzstd(rleFrame(512, 0x38, null), limit)).rejects.toThrow(ZstdTooLarge);
    await expect(unzstd(rleFrame(512, 0x38, 512 * 128 * 1024), limit)).rejects.toThrow(ZstdTooLarge);
    const nine = Buffer.concat(Array.from({ length: 9 }, () => rleFrame(1, 0x38, null)));
    await expect(unzstd(nine, limit)).rejects.toThrow(ZstdTooLarge);
    expect(Buffer.concat(await unzstd(rleFrame(8, 0x38, null), limit))).toHaveLength(limit);
  });

  it('refuses to take the memory that a hostile header asks for', async () => {
    await expect(unzstd(rleFrame(1, 0xa8, null), 1 << 20)).rejects.toThrow('window');
    // No content, and a window of 1 GiB.
    const lying = [...MAGIC, 0x80, 0xa0, 0, 0, 0, 0, ...block(RLE, 1, [65], true)];
    await expect(unzstd(Uint8Array.from(lying), 1 << 20)).rejects.toThrow('size');
  });

  it('refuses blocks that hold more than a block may, which took steps for bytes that went nowhere', async () => {
    const literals = block(COMPRESSED, 5, [0xfd, 0xff, 0xff, 65, 0]);
    const body = [...MAGIC, 0x80, 0x68, 1, 0, 0, 0, ...Array(1_000).fill(literals).flat(), ...block(RAW, 0, [], true)];
    await expect(unzstd(Uint8Array.from(body), 1 << 20)).rejects.toThrow('damaged');
  });

  it('takes so many frames and no more, because an empty one costs as well', async () => {
    const empty = [...MAGIC, 0x20, 0, ...block(RAW, 0, [], true)];
    const frames = (count: number): Uint8Array => Uint8Array.from(Array(count).fill(empty).flat());
    expect(await text(frames(10_000))).toBe('');
    await expect(unzstd(frames(10_001), 1 << 20)).rejects.toThrow('frames');
  });

  it('moves no window for each of many small blocks', async () => {
    // As an encoder makes them that is told to write what it has after each byte.
    const blocks = Array(20_000)
      .fill(block(RLE, 1, [65]))
      .flat();
    const body = [...MAGIC, 0x00, 0x68, ...blocks, ...block(RAW, 0, [], true)];
    expect(await text(Uint8Array.from(body))).toBe('A'.repeat(20_000));
  });

  it('says what is wrong with the rest', async () => {
    await expect(unzstd(Buffer.from('not zstd'), 100)).rejects.toThrow('not a Zstandard frame');
    for (let cut = 1; cut < SIZED.length; cut++) await expect(unzstd(SIZED.subarray(0, cut), 100)).rejects.toThrow();
    for (let at = 0; at < SIZED.length; at++) {
      const damaged = Uint8Array.from(SIZED);
      damaged[at] = (damaged[at] as number) ^ 0xff;
      try {
        expect(Buffer.concat(await unzstd(damaged, 1 << 20)).length).toBeLessThanOrEqual(1 << 20);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });
});
