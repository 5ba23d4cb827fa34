import type { ReactNode } from 'react';

/** How far something is that the screen already shows a part of. It lies above the screen: what is read does not move when it comes and goes. */
export function FloatingNote({ children }: { readonly children: ReactNode }) {
  return (
    <div
      role="status"
      className="fixed bottom-[36px] left-1/2 z-10 flex max-w-[92vw] -translate-x-1/2 items-center gap-2 rounded-md border border-line-strong bg-panel px-3 py-1.5 text-sm text-secondary shadow-md"
    >
      {children}
    </div>
  );
}
