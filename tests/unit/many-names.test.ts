/** What is held while very many names are counted. */
import { expect, it } from 'vitest';
import { termHash } from '../../core/store/blocks/block-terms';
import { IdSet } from '../../core/store/dictionary/id-set';
import { Busiest } from '../../core/store/figures/busiest';
import { namedAtMost, RedTallies } from '../../core/store/figures/red-tallies';

const SERVER = 2;
const CLIENT = 3;
const MANY = 200_000;

it('finds the busiest of very many, and holds a few', () => {
  const busiest = new Busiest(1_000);
  let most = 0;
  for (let i = 0; i < MANY; i++) {
    busiest.add(i + 10, 1);
    // Each is one of a hundred and more.
    if (i % 100 < 3) busiest.add(i % 100, 1);
    if (i % 200 === 7) busiest.add(3, 1);
    most = Math.max(most, busiest.held);
  }
  expect(most).toBeLessThanOrEqual(1_000);
  expect(
    busiest
      .sorted()
      .slice(0, 4)
      .map(([id]) => id)
      .sort(),
  ).toEqual([0, 1, 2, 3]);
});

it.each(['service', 'operation'] as const)(
  'holds as many rows of %ss as an answer names, and adds up the others',
  (by) => {
    const steps = 60;
    const serving = new IdSet();
    for (let id = 1; id <= MANY; id += 2) serving.add(id);
    const ids = new Set(Array.from({ length: namedAtMost(steps) }, (_, i) => i * 2 + 1));
    const tallies = new RedTallies(steps, by, { ids, count: MANY });
    let counted = 0;
    for (let id = 1; id <= MANY; id++) {
      for (const kind of [SERVER, CLIENT]) {
        // Every second service serves nothing.
        if (kind === SERVER && !serving.has(id)) continue;
        // Those that serve nothing begin traces.
        const isRoot = kind === CLIENT && !serving.has(id);
        const operationId = kind === SERVER ? id : MANY + id;
        const tally = tallies.of({ operationId, serviceId: id, kind, isRoot }, id % steps);
        tally.spans++;
        tally.sketch.add(1_000);
        if (kind === SERVER || !serving.has(id)) counted++;
      }
    }
    expect(tallies.held).toBeLessThanOrEqual(2 * namedAtMost(steps) + 2);
    const { total, groups, other } = tallies.answer();
    expect(total.spans).toBe(counted);
    expect(groups).toHaveLength(namedAtMost(steps));
    expect(other?.count).toBe(MANY - groups.length);
    const all = groups.reduce((sum, { series }) => sum + series.spans, 0) + (other?.spans ?? 0);
    expect(all).toBe(by === 'service' ? counted : counted + MANY / 2);
  },
);

it('counts the numbers in a set', () => {
  const set = new IdSet();
  for (const id of [0, 31, 32, 1_023, 1_024, 31, 2 ** 31 - 1, 0]) set.add(id);
  expect(set.size).toBe(6);
});

it('spreads the numbers that a block counts over all places there are', () => {
  const places = new Uint8Array(1 << 20);
  for (let id = -20_000; id < 250_000; id++) {
    const at = termHash(id) & (places.length - 1);
    places[at] = (places[at] as number) + 1;
  }
  expect(places.reduce((most, times) => Math.max(most, times), 0)).toBeLessThan(8);
});
