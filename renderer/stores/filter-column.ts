/** Whether the filters beside a list are open where the window is narrow: whoever goes elsewhere and comes back finds them as they were. */
import { create } from 'zustand';

interface FilterColumn {
  readonly isOpen: boolean;
  toggle(): void;
}

export const useFilterColumn = create<FilterColumn>()((set) => ({
  isOpen: false,
  toggle: () => set(({ isOpen }) => ({ isOpen: !isOpen })),
}));
