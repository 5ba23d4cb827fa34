/** The trace that waits to be compared with another. */
import { create } from 'zustand';

interface CompareState {
  readonly chosen: { readonly traceId: string; readonly name: string } | null;
  choose(traceId: string, name: string): void;
  clear(): void;
}

export const useCompare = create<CompareState>()((set) => ({
  chosen: null,
  choose: (traceId, name) => set({ chosen: { traceId, name } }),
  clear: () => set({ chosen: null }),
}));

/** Where a trace of the list leads: to itself, or to its comparison with the one that waits. */
export function addressOf(traceId: string, chosen: CompareState['chosen']): string {
  return chosen && chosen.traceId !== traceId ? `/compare/${chosen.traceId}/${traceId}` : `/trace/${traceId}`;
}
