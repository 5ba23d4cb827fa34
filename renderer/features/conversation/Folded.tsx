import type { ReactNode } from 'react';

export function Folded({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <details className="min-w-0">
      <summary className="cursor-pointer truncate text-sm font-medium text-secondary select-none">{title}</summary>
      <div className="flex flex-col gap-1.5 pt-1.5">{children}</div>
    </details>
  );
}
