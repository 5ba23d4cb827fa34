/** The trace that was deleted last, while it can still be brought back with a click. */
import { create } from 'zustand';

interface RemovedState {
  readonly removed: { readonly traceId: string; readonly name: string } | null;
  set(removed: RemovedState['removed']): void;
}

export const useRemoved = create<RemovedState>()((set) => ({
  removed: null,
  set: (removed) => set({ removed }),
}));
