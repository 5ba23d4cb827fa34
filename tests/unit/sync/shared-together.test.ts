import { expect, it } from 'vitest';
import { type Told, togetherAll } from '../../../core/sync/shared-together';

const shared = (minute: number, traceIds: readonly string[], change: Partial<Told> = {}): Told => ({
  time: new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString(),
  type: 'trace.shared.v1',
  actor: 'account:1',
  payload: { traceIds, projectId: 'p' },
  ...change,
});
const counts = (events: readonly Told[]) => togetherAll(events).map(({ payload }) => payload.count ?? 1);

it('what somebody shares in many requests is told once, with each trace counted once', () => {
  const [only, ...others] = togetherAll([shared(0, ['a', 'b']), shared(5, ['b', 'c']), shared(14, ['d'])]);
  expect(others).toEqual([]);
  expect(only).toEqual(shared(14, [], { payload: { traceIds: ['a', 'b', 'c', 'd'], count: 4, projectId: 'p' } }));
});

it('others, other projects, what comes between and what comes later are told by themselves', () => {
  expect(counts([shared(0, ['a']), shared(1, ['b'], { actor: 'account:2' }), shared(2, ['c'])])).toEqual([1, 1, 1]);
  expect(counts([shared(0, ['a']), shared(1, ['b'], { payload: { traceIds: ['b'], projectId: 'q' } })])).toEqual([
    1, 1,
  ]);
  expect(counts([shared(0, ['a']), shared(1, [], { type: 'tag.created.v1' }), shared(2, ['b'])])).toEqual([1, 1, 1]);
  expect(counts([shared(0, ['a']), shared(11, ['b'])])).toEqual([1, 1]);
});

it('keeps the first hundred ids of thousands, and how many there were', () => {
  const many = Array.from({ length: 30 }, (_, i) =>
    shared(
      0,
      Array.from({ length: 100 }, (_, j) => `${i} ${j}`),
    ),
  );
  const [only] = togetherAll(many);
  expect(only?.payload.count).toBe(3_000);
  expect(only?.payload.traceIds).toHaveLength(100);
});
