/** What is remembered by name or number, however many there are: so many at most, and what is asked for is always there. */
import { expect, it } from 'vitest';
import { Recent } from '../../core/model/recent';
import { HeldRows } from '../../core/store/sql/held-rows';

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
