import clsx from 'clsx';
import type { ReactNode } from 'react';

interface FloatingNoteProps {
  /** It lies above the nearest part of the screen that is positioned, where several parts have notes; otherwise above the screen. */
  readonly isInside?: boolean;
  readonly children: ReactNode;
}

/** How far something is that the screen already shows a part of. It lies above the screen: what is read does not move when it comes and goes. */
export function FloatingNote({ isInside = false, children }: FloatingNoteProps) {
  return (
    <div
      role="status"
      className={clsx(
        'left-1/2 z-10 flex -translate-x-1/2 items-center gap-2 rounded-md border border-line-strong bg-panel text-sm text-secondary shadow-md',
        isInside
          ? 'pointer-events-none absolute top-[34px] w-max max-w-[94%] px-2 py-1'
          : 'fixed bottom-[36px] max-w-[92vw] px-3 py-1.5',
      )}
    >
      {children}
    </div>
  );
}
