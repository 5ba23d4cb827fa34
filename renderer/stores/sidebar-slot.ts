/** What the current screen adds to the navigation: "This trace" and its remarks. */
import type { ReactNode } from 'react';
import { create } from 'zustand';

interface SidebarSlot {
  readonly content: ReactNode;
  setContent(content: ReactNode): void;
}

export const useSidebarSlot = create<SidebarSlot>()((set) => ({
  content: null,
  setContent: (content) => set({ content }),
}));
