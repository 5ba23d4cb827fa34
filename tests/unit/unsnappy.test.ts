/** Snappy bodies: what the reference implementation in Go (github.com/golang/snappy) packed, and what nobody packed. */
import { describe, expect, it } from 'vitest';
import { SnappyTooLarge, unsnappy } from '../../services/ingest/unsnappy';

const TEXT = '{"resourceSpans":[]} '.repeat(10);
const BLOCK = Buffer.from('0gFQeyJyZXNvdXJjZVNwYW5zIjpbXX0g/hUA/hUA8hUA', 'base64');
const FRAMED = Buffer.from('/wYAAHNOYVBwWQAlAACfmi0y0gFQeyJyZXNvdXJjZVNwYW5zIjpbXX0g/hUA/hUA8hUA', 'base64');
const LIMIT = 1_000;

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
/** A chunk of a framed stream. */
const chunk = (type: number, ...bytes: number[]): number[] => [type, bytes.length, 0, 0, ...bytes];
const START = [...FRAMED.subarray(0, 10)];

describe('unsnappy', () => {
  it('unpacks blocks and framed streams', () => {
    expect(text(unsnappy(BLOCK, LIMIT))).toBe(TEXT);
    expect(text(unsnappy(FRAMED, LIMIT))).toBe(TEXT);
    expect(unsnappy(Uint8Array.of(0), LIMIT)).toHaveLength(0);
    // Two streams one after the other are one, and what may be skipped is.
    const twice = Buffer.concat([FRAMED, Uint8Array.from(chunk(0xfe, 1, 2, 3)), FRAMED]);
    expect(text(unsnappy(twice, LIMIT))).toBe(TEXT + TEXT);
  });

  it('takes no more than the limit, and says so before it takes any', () => {
    expect(() => unsnappy(BLOCK, 209)).toThrow(SnappyTooLarge);
    expect(() => unsnappy(Buffer.concat([FRAMED, FRAMED]), 419)).toThrow(SnappyTooLarge);
    // Four gigabytes in six bytes: it cannot be.
    expect(() => unsnappy(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0), 2 ** 40)).toThrow('larger than it can be');
  });

  it.each([
    ['nothing', []],
    ['no size', [0xff, 0xff]],
    ['too much of a literal', [4, 0x3c, 1, 2]],
    ['a cut literal', [4, 0x0c, 1, 2]],
    ['a cut length of a literal', [70, 0xf4, 1]],
    ['a copy from before the start', [8, 0x00, 65, 0x0d, 5]],
    ['a copy of nothing', [8, 0x00, 65, 0x0d, 0]],
    ['a copy beyond the end', [2, 0x00, 65, 0x0d, 1]],
    ['less than it says', [9, 0x0c, 1, 2, 3, 4]],
    ['a reserved chunk', [...START, ...chunk(2, 1, 2, 3, 4)]],
    ['no checksum', [...START, ...chunk(1, 1, 2)]],
    ['a wrong checksum', [...START, ...chunk(1, 1, 2, 3, 4, 65)]],
    ['a cut chunk', [...START, 0, 9, 0, 0, 1]],
    ['a cut head of a chunk', [...START, 0, 9]],
  ])('refuses %s', (_, bytes) => {
    expect(() => unsnappy(Uint8Array.from(bytes), LIMIT)).toThrow(Error);
  });
});
