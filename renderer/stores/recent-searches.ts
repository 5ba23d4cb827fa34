/** What was searched for lately, and found useful: entered, or followed into a trace. Of this browser or window alone. */
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

const MOST = 50;

interface RecentSearches {
  /** The latest first. */
  readonly queries: readonly string[];
  add(query: string): void;
}

export const useRecentSearches = create<RecentSearches>()(
  persist(
    (set, get) => ({
      queries: [],
      add(query) {
        const trimmed = query.trim();
        if (trimmed === '') return;
        set({ queries: [trimmed, ...get().queries.filter((one) => one !== trimmed)].slice(0, MOST) });
      },
    }),
    { name: 'spoor.recent-searches' },
  ),
);
