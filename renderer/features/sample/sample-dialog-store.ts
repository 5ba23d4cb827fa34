import { create } from 'zustand';

interface SampleDialogState {
  readonly isOpen: boolean;
  setOpen(isOpen: boolean): void;
}

/** Opened by the command palette and by the empty state. */
export const useSampleDialog = create<SampleDialogState>()((set) => ({
  isOpen: false,
  setOpen: (isOpen) => set({ isOpen }),
}));
