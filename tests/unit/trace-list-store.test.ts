/** The list of traces shows in the end what is stored, also where answers were cut off while changes came. */
import { beforeEach, expect, it, vi } from 'vitest';

const listTraces = vi.hoisted(() => {
  const location = { href: 'http://localhost/', search: '' };
  Object.assign(globalThis, { window: { location, history: { state: null, replaceState: () => {} } } });
  return vi.fn();
});
vi.mock('../../renderer/connection/connection', () => ({
  questions: { listTraces: async (...asked: unknown[]) => answerOf(await listTraces(...asked)) },
}));

import { answerOf } from '../../renderer/connection/answer';
import { newestTraces } from '../../renderer/stores/newest-traces';
import { useTraceList } from '../../renderer/stores/trace-list-store';

interface Answer {
  readonly ids: readonly number[];
  readonly complete?: boolean;
  readonly cursor?: string;
}

function page({ ids, complete = true, cursor }: Answer) {
  const data = ids.map((n) => ({ traceId: String(n), startTime: `2026-11-29T00:00:0${n}.000000000Z` }));
  return { data, pagination: { nextCursor: cursor ?? null }, search: { complete, progress: 0.5, traceql: '{ }' } };
}

const shown = (): string[] => useTraceList.getState().traces.map(({ traceId }) => traceId);

beforeEach(() => {
  listTraces.mockReset();
  useTraceList.setState({ traces: [], waiting: [], phase: 'loading', searching: null });
});

it('asks again where the answer to a change was cut off', async () => {
  listTraces.mockResolvedValueOnce(page({ ids: [1] }));
  await useTraceList.getState().refresh(true);
  listTraces.mockResolvedValueOnce(page({ ids: [1], complete: false, cursor: 'older' }));
  listTraces.mockResolvedValue(page({ ids: [2, 1] }));
  await useTraceList.getState().refresh(true);
  await vi.waitFor(() => expect(shown()).toEqual(['2', '1']), 60_000);
});

it('asks again where the answer to a change failed', async () => {
  listTraces.mockResolvedValueOnce(page({ ids: [1] }));
  await useTraceList.getState().refresh(true);
  listTraces.mockRejectedValueOnce(new Error('busy'));
  listTraces.mockResolvedValue(page({ ids: [2, 1] }));
  await useTraceList.getState().refresh(true);
  await vi.waitFor(() => expect(shown()).toEqual(['2', '1']), 60_000);
});

it('looks for what changed while its first page was looked for', async () => {
  listTraces.mockResolvedValueOnce(page({ ids: [1], complete: false, cursor: 'older' }));
  let answer: (older: object) => void = () => {};
  listTraces.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  const loading = useTraceList.getState().refresh(true);
  await vi.waitFor(() => expect(useTraceList.getState().searching).not.toBeNull(), 60_000);
  await useTraceList.getState().refresh(true);
  listTraces.mockResolvedValue(page({ ids: [2, 1] }));
  answer(page({ ids: [] }));
  await loading;
  await vi.waitFor(() => expect(shown()).toEqual(['2', '1']), 60_000);
});

it('gives up after some attempts, until something changes again', async () => {
  listTraces.mockResolvedValueOnce(page({ ids: [1] }));
  await useTraceList.getState().refresh(true);
  listTraces.mockResolvedValue(page({ ids: [1], complete: false, cursor: 'older' }));
  const before = listTraces.mock.calls.length;
  await useTraceList.getState().refresh(true);
  await vi.waitFor(() => expect(listTraces.mock.calls.length - before).toBe(7), 60_000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(listTraces.mock.calls.length - before).toBe(7);
});

it('keeps that a search was stopped before it had looked through everything, and searches again', async () => {
  listTraces.mockResolvedValueOnce(page({ ids: [], complete: false, cursor: 'older' }));
  listTraces.mockReturnValueOnce(new Promise(() => {}));
  void useTraceList.getState().reload();
  await vi.waitFor(() => expect(useTraceList.getState().searching).toBe(0.5), 60_000);
  useTraceList.getState().stopSearching();
  expect(useTraceList.getState()).toMatchObject({ phase: 'ready', traces: [], searching: null, stoppedAt: 0.5 });
  listTraces.mockResolvedValue(page({ ids: [1] }));
  await useTraceList.getState().reload();
  expect(useTraceList.getState().stoppedAt).toBeNull();
  expect(shown()).toEqual(['1']);
});

it('continues an answer that was cut off, and says so where time is up', async () => {
  const all = { range: { kind: 'all' as const }, deployment: {} };
  listTraces.mockResolvedValueOnce(page({ ids: [], complete: false, cursor: 'older' }));
  listTraces.mockResolvedValueOnce(page({ ids: [1] }));
  expect(await newestTraces('status:error', all, 6, 60_000)).toMatchObject({ state: 'complete', whole: [{}] });
  listTraces.mockResolvedValue(page({ ids: [], complete: false, cursor: 'older' }));
  expect(await newestTraces('status:error', all, 6, -1)).toEqual({ state: 'partial', soFar: [] });
});

it('lets go of what was deleted, where one page holds all there are', async () => {
  listTraces.mockResolvedValueOnce(page({ ids: [3, 2, 1], cursor: 'older' }));
  await useTraceList.getState().refresh(true);
  listTraces.mockResolvedValueOnce(page({ ids: [4, 2] }));
  await useTraceList.getState().refresh(true);
  await vi.waitFor(() => expect(shown()).toEqual(['4', '2']), 60_000);
  expect(useTraceList.getState().nextCursor).toBeNull();
  listTraces.mockResolvedValue(page({ ids: [] }));
  await useTraceList.getState().refresh(true);
  await vi.waitFor(() => expect(shown()).toEqual([]), 60_000);
});

it('keeps further pages that the first one says nothing of', async () => {
  listTraces.mockResolvedValueOnce(page({ ids: [3, 2, 1], cursor: 'older' }));
  await useTraceList.getState().refresh(true);
  listTraces.mockResolvedValue(page({ ids: [4, 3], cursor: 'two' }));
  await useTraceList.getState().refresh(true);
  await vi.waitFor(() => expect(shown()).toEqual(['4', '3', '2', '1']), 60_000);
  expect(useTraceList.getState().nextCursor).toBe('older');
});
