import { create } from 'zustand';

type Phase = 'connecting' | 'connected' | 'lost' | 'signed-out';

interface ConnectionState {
  readonly phase: Phase;
  /** Moves with every commit; what screens depend on to ask again. */
  readonly version: number;
  setPhase(phase: Phase): void;
  setVersion(version: number): void;
}

export const useConnection = create<ConnectionState>()((set) => ({
  phase: 'connecting',
  version: 0,
  setPhase: (phase) => set({ phase }),
  setVersion: (version) => set({ version }),
}));
