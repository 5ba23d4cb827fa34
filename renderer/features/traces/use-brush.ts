/** Selecting a part of a width by dragging over it. */
import { type PointerEvent, useState } from 'react';

/** From 0 to 1 of the width. */
interface Share {
  readonly start: number;
  readonly end: number;
}

/** Less is a click, which selects nothing. */
const LEAST_PX = 4;

export function useBrush(onSelect: (selected: Share) => void) {
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number; readonly widthPx: number } | null>(
    null,
  );
  const shareAt = ({ currentTarget, clientX }: PointerEvent<HTMLElement>): { share: number; widthPx: number } => {
    const { left, width } = currentTarget.getBoundingClientRect();
    return { share: Math.min(Math.max((clientX - left) / width, 0), 1), widthPx: width };
  };
  const isDrag = drag !== null && Math.abs(drag.to - drag.from) * drag.widthPx >= LEAST_PX;
  const selected = isDrag ? { start: Math.min(drag.from, drag.to), end: Math.max(drag.from, drag.to) } : null;
  const handlers = {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const { share, widthPx } = shareAt(event);
      setDrag({ from: share, to: share, widthPx });
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      if (drag) setDrag({ ...drag, to: shareAt(event).share });
    },
    onPointerUp() {
      if (selected) onSelect(selected);
      setDrag(null);
    },
    onPointerCancel() {
      setDrag(null);
    },
  };
  return { selected, handlers };
}
