import type { ReactNode } from 'react';

/** The strip above a screen: where you are, and what you can do there. */
export function PageHeader({ children }: { readonly children: ReactNode }) {
  return (
    <header className="flex h-[43px] shrink-0 items-center gap-3 border-b border-line bg-panel px-3.5">
      {children}
    </header>
  );
}
