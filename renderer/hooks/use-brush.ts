/** Selecting a part of a surface by dragging over it. */
import { type PointerEvent, useState } from 'react';

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
  readonly to: Place;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Less is a click. */
const LEAST_PX = 4;

/** @param onClick what a click selects; without it, nothing */
export function useBrush(onSelect: (area: Area) => void, onClick?: (place: Place) => void) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const selected = drag && isDrag(drag) ? areaOf(drag) : null;
  const handlers = {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const { width, height } = event.currentTarget.getBoundingClientRect();
      const place = placeOf(event);
      setDrag({ from: place, to: place, widthPx: width, heightPx: height });
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      if (drag) setDrag({ ...drag, to: placeOf(event) });
    },
    onPointerUp() {
      if (selected) onSelect(selected);
      else if (drag) onClick?.(drag.from);
      setDrag(null);
    },
    onPointerCancel() {
      setDrag(null);
    },
  };
  return { selected, handlers };
}

export function placeOf({ currentTarget, clientX, clientY }: PointerEvent<HTMLElement>): Place {
  const { left, top, width, height } = currentTarget.getBoundingClientRect();
  return { x: within((clientX - left) / width), y: within((clientY - top) / height) };
}

function isDrag({ from, to, widthPx, heightPx }: Drag): boolean {
  return Math.max(Math.abs(to.x - from.x) * widthPx, Math.abs(to.y - from.y) * heightPx) >= LEAST_PX;
}

function areaOf({ from, to }: Drag): Area {
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
