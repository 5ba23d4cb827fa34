/** A search for spans in an open trace ends when nobody waits for it any more. */
import { describe, expect, it } from 'vitest';
import { SpanFinder } from '../../services/timeline/span-finder';

const SEARCH = '{ duration > 1s }';
const IDS = { find: (id: bigint) => Number(id) };

function shownAs() {
  const found = new Map<string, readonly number[]>();
  return {
    found,
    hasFound: (search: string) => found.has(search),
    setFound: (search: string, spans: readonly number[]) => void found.set(search, spans),
  };
}

/** A store that looks until it is told what it finds, or until nobody wants to know. */
function store() {
  const asked: { readonly signal: AbortSignal; find(ids: readonly bigint[]): void }[] = [];
  return {
    asked,
    matchingSpans: (_trace: string, _search: string, signal = new AbortController().signal) =>
      new Promise<BigUint64Array>((resolve, reject) => {
        asked.push({ signal, find: (ids) => resolve(BigUint64Array.from(ids)) });
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  };
}

describe('a search in an open trace', () => {
  it('is one for all who wait, goes on while one of them does, and ends with the last', async () => {
    const { asked, matchingSpans } = store();
    const finder = new SpanFinder({ matchingSpans });
    const shown = shownAs();
    const [first, second] = [new AbortController(), new AbortController()];
    const calls = [first, second].map(({ signal }) => finder.find('a', IDS, shown, SEARCH, signal));
    const settled = Promise.allSettled(calls);
    expect(asked).toHaveLength(1);
    first.abort();
    expect(asked[0]?.signal.aborted).toBe(false);
    second.abort();
    expect(asked[0]?.signal.aborted).toBe(true);
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(shown.found.size).toBe(0);
  });

  it('begins anew for who comes after that, and is known then', async () => {
    const { asked, matchingSpans } = store();
    const finder = new SpanFinder({ matchingSpans });
    const shown = shownAs();
    const gone = new AbortController();
    const ended = finder.find('a', IDS, shown, SEARCH, gone.signal);
    gone.abort();
    const again = finder.find('a', IDS, shown, SEARCH);
    await expect(ended).rejects.toThrow();
    expect(asked).toHaveLength(2);
    asked[1]?.find([3n, 5n]);
    await again;
    expect(shown.found.get(SEARCH)).toEqual([3, 5]);
    await finder.find('a', IDS, shown, SEARCH);
    expect(asked).toHaveLength(2);
  });

  it('is not begun for who has gone, nor ended by one who waits for another', async () => {
    const { asked, matchingSpans } = store();
    const finder = new SpanFinder({ matchingSpans });
    const shown = shownAs();
    await expect(finder.find('a', IDS, shown, SEARCH, AbortSignal.abort())).rejects.toThrow();
    expect(asked).toHaveLength(0);
    const gone = new AbortController();
    const one = finder.find('a', IDS, shown, SEARCH);
    const other = finder.find('a', IDS, shown, '{ status = error }', gone.signal);
    gone.abort();
    await expect(other).rejects.toThrow();
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([false, true]);
    asked[0]?.find([1n]);
    await one;
  });
});
