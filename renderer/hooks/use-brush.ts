/** Selecting a part of a surface by dragging over it. */
import { type PointerEvent, useRef, useState } from 'react';

/** A place on the surface, both from 0 to 1; y grows downwards. */
interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Drag {
  readonly from: Place;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Less is a click. */
const LEAST_PX = 4;

/** @param onClick what a click selects; without it, nothing */
export function useBrush(onSelect: (area: Area) => void, onClick?: (place: Place) => void) {
  // Not a state: the button may go up before a move of the pointer is drawn, and what is selected ends where it went up.
  const drag = useRef<Drag | null>(null);
  const [selected, setSelected] = useState<Area | null>(null);
  const handlers = {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const { width, height } = event.currentTarget.getBoundingClientRect();
      drag.current = { from: placeOf(event), widthPx: width, heightPx: height };
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      if (drag.current) setSelected(areaOf(drag.current, placeOf(event)));
    },
    onPointerUp(event: PointerEvent<HTMLElement>) {
      if (!drag.current) return;
      const { from } = drag.current;
      const area = areaOf(drag.current, placeOf(event));
      drag.current = null;
      setSelected(null);
      if (area) onSelect(area);
      else onClick?.(from);
    },
    onPointerCancel() {
      drag.current = null;
      setSelected(null);
    },
  };
  return { selected, handlers };
}

export function placeOf({ currentTarget, clientX, clientY }: PointerEvent<HTMLElement>): Place {
  const { left, top, width, height } = currentTarget.getBoundingClientRect();
  return { x: within((clientX - left) / width), y: within((clientY - top) / height) };
}

/** @returns null: it is a click */
function areaOf({ from, widthPx, heightPx }: Drag, to: Place): Area | null {
  if (Math.max(Math.abs(to.x - from.x) * widthPx, Math.abs(to.y - from.y) * heightPx) < LEAST_PX) return null;
  return {
    left: Math.min(from.x, to.x),
    right: Math.max(from.x, to.x),
    top: Math.min(from.y, to.y),
    bottom: Math.max(from.y, to.y),
  };
}

function within(share: number): number {
  return Math.min(Math.max(share, 0), 1);
}
