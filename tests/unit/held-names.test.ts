/** What is remembered by name or number, however many there are: so many at most, and what is asked for is always there. */
import { expect, it } from 'vitest';
import { Recent } from '../../core/model/recent';
import { PartReader } from '../../core/store/payloads/part-reader';
import { HeldRows } from '../../core/store/sql/held-rows';
import { nestedIn } from '../../core/store/sql/sql-client';

const MANY = 10_000;
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

it('remembers what was used lately', () => {
  const recent = new Recent<number, string>(100);
  for (let i = 0; i < MANY; i++) {
    recent.set(i, `value ${i}`);
    expect(recent.get(0)).toBe('value 0');
    expect(recent.size).toBeLessThanOrEqual(100);
  }
  expect(recent.get(MANY - 99)).toBe(`value ${MANY - 99}`);
  expect(recent.get(MANY - 100)).toBeUndefined();
});

it('gives every row that is asked for, and holds so many, and so many bytes of them', async () => {
  const rows = new HeldRows<string>(100, 2_000, (row) => row.length);
  const long = new HeldRows<string>(100, 2_000, (row) => row.length);
  let read = 0;
  for (let from = 0; from < MANY; from += 500) {
    const ids = range(from, from + 500);
    for (const [held, length] of [
      [rows, 10],
      [long, 500],
    ] as const) {
      const found = await held.of(ids, async (missing) => missing.map((id) => [id, String(id).padStart(length)]));
      expect([...found.keys()]).toEqual(ids);
      expect(held.size).toBeLessThanOrEqual(length === 10 ? 100 : 4);
    }
  }
  const last = range(MANY - 50, MANY);
  await rows.of(last, async (missing) => {
    read += missing.length;
    return [];
  });
  expect(read).toBe(0);
});

it('gives what it held to one who asks while another pushes it out', async () => {
  const rows = new HeldRows<number>(10);
  const read = async (missing: readonly number[]) => missing.map((id) => [id, id] as const);
  await rows.of(range(0, 10), read);
  const slow = rows.of(range(0, 12), async (missing) => {
    await rows.of(range(100, 200), read);
    return read(missing);
  });
  expect([...(await slow).keys()].sort((a, b) => a - b)).toEqual(range(0, 12));
  expect(rows.size).toBe(10);
});

it('holds unpacked payloads of logs as far as they are small', async () => {
  const MIB = 1024 * 1024;
  // A payload of one record of so many megabytes for each number.
  const sql = nestedIn({
    query: async (_, parameters) =>
      ((parameters ?? [])[1] as readonly number[]).map((id) => ({ id, data: Uint8Array.of(id) })),
    execute: async () => {},
    copyIn: async () => {},
    copyOut: async () => new Uint8Array(),
  });
  const unpacked: number[] = [];
  const unpack = (data: Uint8Array): Uint8Array => {
    const [mib] = data as unknown as [number];
    unpacked.push(mib);
    const payload = new Uint8Array(4 + mib * MIB);
    const size = mib * MIB;
    payload.set([(size & 0x7f) | 0x80, ((size >> 7) & 0x7f) | 0x80, ((size >> 14) & 0x7f) | 0x80, size >> 21]);
    return payload;
  };
  const reader = new PartReader(sql, 1, { pack: (bytes) => bytes, unpack });
  const read = async (payloadId: number): Promise<void> => {
    await reader.wordsMaybeIn([{ attributes: [], payloadId, payloadIndex: 0, blockId: null }], ['word']);
  };
  for (const id of [1, 1, 20, 20, 1, 1]) await read(id);
  expect(unpacked).toEqual([1, 20, 20, 1]);
});
