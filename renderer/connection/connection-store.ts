import { create } from 'zustand';

type Phase = 'connecting' | 'connected' | 'lost' | 'signed-out';

interface ConnectionState {
  readonly phase: Phase;
  /** Moves with every commit; what screens depend on to ask again. */
  readonly version: number;
  /** The token that this page came with was not taken. */
  readonly tokenRefused: boolean;
  setPhase(phase: Phase): void;
  setVersion(version: number): void;
  refuseToken(): void;
}

export const useConnection = create<ConnectionState>()((set) => ({
  phase: 'connecting',
  version: 0,
  tokenRefused: false,
  setPhase: (phase) => set({ phase }),
  setVersion: (version) => set({ version }),
  refuseToken: () => set({ tokenRefused: true }),
}));
