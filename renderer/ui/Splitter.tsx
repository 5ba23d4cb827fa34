import { type KeyboardEvent, type PointerEvent, useRef } from 'react';

const KEY_STEP_PX = 16;

/** A line between two panes that can be dragged, or moved with the arrow keys. */
export function Splitter({ label, onMove }: { readonly label: string; readonly onMove: (dxPx: number) => void }) {
  const last = useRef<number | null>(null);
  const start = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    last.current = event.clientX;
  };
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    if (last.current === null) return;
    onMove(event.clientX - last.current);
    last.current = event.clientX;
  };
  const key = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    event.stopPropagation();
    onMove(event.key === 'ArrowLeft' ? -KEY_STEP_PX : KEY_STEP_PX);
  };
  return (
    <div
      role="separator"
      aria-label={label}
      aria-orientation="vertical"
      aria-valuenow={0}
      tabIndex={0}
      className="relative z-[1] w-px shrink-0 cursor-col-resize bg-line before:absolute before:inset-y-0 before:-left-1 before:w-[9px] hover:bg-accent max-[900px]:hidden"
      onPointerDown={start}
      onPointerMove={move}
      onPointerUp={() => {
        last.current = null;
      }}
      onKeyDown={key}
    />
  );
}
