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

const text = (bytes: Uint8Array, limit = 1 << 20): string => Buffer.concat(unzstd(bytes, limit)).toString();

describe('unzstd', () => {
  it('unpacks frames that say their size, frames that do not, and several in a row', () => {
    expect(text(SIZED)).toBe(TEXT);
    expect(text(STREAMED)).toBe(TEXT);
    const skippable = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
    expect(text(Buffer.concat([SIZED, skippable, STREAMED]))).toBe(TEXT + TEXT);
    expect(text(new Uint8Array(0))).toBe('');
  });

  it('stops a bomb by what it unpacks to, whatever its header says', () => {
    // 64 MiB in 2 kB.
    const limit = 1 << 20;
    expect(() => unzstd(rleFrame(512, 0x38, null), limit)).toThrow(ZstdTooLarge);
    expect(() => unzstd(rleFrame(512, 0x38, 512 * 128 * 1024), limit)).toThrow(ZstdTooLarge);
    expect(() => unzstd(Buffer.concat(Array.from({ length: 9 }, () => rleFrame(1, 0x38, null))), limit)).toThrow(
      ZstdTooLarge,
    );
    expect(Buffer.concat(unzstd(rleFrame(8, 0x38, null), limit))).toHaveLength(limit);
  });

  it('refuses to take the memory that a hostile header asks for', () => {
    expect(() => unzstd(rleFrame(1, 0xa8, null), 1 << 20)).toThrow('window');
  });

  it('says what is wrong with the rest', () => {
    expect(() => unzstd(Buffer.from('not zstd'), 100)).toThrow('not a Zstandard frame');
    for (let cut = 1; cut < SIZED.length; cut++) expect(() => unzstd(SIZED.subarray(0, cut), 100)).toThrow();
    for (let at = 0; at < SIZED.length; at++) {
      const damaged = Uint8Array.from(SIZED);
      damaged[at] = (damaged[at] as number) ^ 0xff;
      try {
        expect(Buffer.concat(unzstd(damaged, 1 << 20)).length).toBeLessThanOrEqual(1 << 20);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });
});
