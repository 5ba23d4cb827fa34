import { type RefCallback, useCallback, useState } from 'react';

/** Before the first measurement. */
const UNKNOWN_PX = 1_000;

/** How wide an element is, as it changes. */
export function useWidth(): [RefCallback<HTMLElement>, number] {
  const [widthPx, setWidthPx] = useState(UNKNOWN_PX);
  const ref = useCallback((element: HTMLElement | null) => {
    if (!element) return;
    setWidthPx(element.clientWidth);
    const observer = new ResizeObserver(() => setWidthPx(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, widthPx];
}
