/** What the pointer is over. A store of its own: a card that comes and goes must not render the view it lies on. */
import { create } from 'zustand';
import type { SpanFacts } from './span-facts';

interface HoverState {
  readonly facts: SpanFacts | null;
  show(facts: SpanFacts | null): void;
}

export const useHover = create<HoverState>()((set) => ({
  facts: null,
  show: (facts) => set({ facts }),
}));
