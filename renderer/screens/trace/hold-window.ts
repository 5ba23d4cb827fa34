import { useTraceView } from '../../stores/trace-view-store';
import type { OpenTimeline } from './use-timeline';

/**
 * A trace that grows while the pointer is over it keeps the time on screen: what one is about to click must not shrink away. The map
 * of the whole trace shows that there is more, F shows it.
 */
export function holdWindow(before: OpenTimeline | null, after: OpenTimeline, pointerInside: boolean): void {
  if (!pointerInside || before?.traceId !== after.traceId) return;
  const { window, set } = useTraceView.getState();
  const grew = before.whole.startNs !== after.whole.startNs || before.whole.endNs !== after.whole.endNs;
  // Clocks that are shifted or a search that filters are the reader's own doing.
  const arrived = before.info.version !== after.info.version;
  if (window === null && grew && arrived) set({ window: before.whole });
}
