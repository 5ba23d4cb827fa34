import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { ZipError, zipEntries } from '../../../services/zip-reader';

const LIMITS = { entries: 10, nameBytes: 20, entryBytes: 2 ** 20, totalBytes: 2 ** 21 };
const ZEROS = new Uint8Array(100_000);
const file = () => Uint8Array.from(zipSync({ a: ZEROS, b: [Uint8Array.of(1, 2), { level: 0 }] }));

/** The file with a number of its directory changed, counted from where the entry of that place begins. */
function lying(entry: number, offset: number, value: number, bytes: 2 | 4 = 4): Uint8Array {
  const result = file();
  const view = new DataView(result.buffer);
  let at = view.getUint32(result.length - 6, true);
  for (let i = 0; i < entry; i++) at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true);
  if (bytes === 2) view.setUint16(at + offset, value, true);
  else view.setUint32(at + offset, value, true);
  return result;
}
const readAll = (bytes: Uint8Array) => [...zipEntries(bytes, LIMITS).values()].map((entry) => entry.read());

describe('a ZIP file', () => {
  it('gives its entries, packed or not', () => {
    expect(readAll(file())).toEqual([ZEROS, Uint8Array.of(1, 2)]);
    expect(zipEntries(Uint8Array.from(zipSync({})), LIMITS).size).toBe(0);
  });

  it.each([
    ['says less than it unpacks to', () => lying(0, 24, 5), 'to the size it says'],
    ['says more than it unpacks to', () => lying(0, 24, 100_001), 'not of the size it says'],
    ['says more than DEFLATE can do', () => lying(0, 24, 1_000_000), 'do not go together'],
    ['says too much', () => lying(0, 24, 2 ** 31), 'an entry would unpack to more than 1 MiB'],
    ['lies beyond the file', () => lying(0, 42, 2 ** 31), 'cut off'],
    ['lies where another lies', () => lying(1, 42, 0), /do not go together|overlap/],
    ['is encrypted', () => lying(0, 8, 1, 2), 'is encrypted or uses a compression'],
    ['is packed otherwise', () => lying(0, 10, 12, 2), 'is encrypted or uses a compression'],
    ['has a long name', () => lying(0, 28, 60_000, 2), 'too long'],
  ])('whose entry %s is refused', (_, make, message) => {
    expect(() => readAll(make())).toThrow(ZipError);
    expect(() => readAll(make())).toThrow(message);
  });

  it('whose entries overlap, stand twice, or are too many or too large together is refused', () => {
    const same = lying(1, 42, 0);
    const view = new DataView(same.buffer);
    const directory = view.getUint32(same.length - 6, true);
    for (const offset of [10, 20, 24])
      view.setUint32(directory + 47 + offset, view.getUint32(directory + offset, true), true);
    expect(() => zipEntries(same, LIMITS)).toThrow('overlap');
    const twice = file();
    const second = new DataView(twice.buffer).getUint32(twice.length - 6, true) + 47 + 46;
    twice[second] = 'a'.charCodeAt(0);
    expect(() => zipEntries(twice, LIMITS)).toThrow('twice');
    const large = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, new Uint8Array(2 ** 20)]));
    expect(() => zipEntries(Uint8Array.from(zipSync(large)), LIMITS)).toThrow('it would unpack to more than 2 MiB');
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`n${i}`, new Uint8Array(0)]));
    expect(() => zipEntries(Uint8Array.from(zipSync(many)), LIMITS)).toThrow('more than 10 entries');
  });
});
