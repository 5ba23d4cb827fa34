/** Whether the filters beside lists are open where the window is narrow: kept when you leave a list and come back. */
import { create } from 'zustand';

interface FilterColumn {
  readonly isOpen: boolean;
  toggle(): void;
}

export const useFilterColumn = create<FilterColumn>()((set) => ({
  isOpen: false,
  toggle: () => set(({ isOpen }) => ({ isOpen: !isOpen })),
}));
