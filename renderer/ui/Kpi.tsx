import type { ReactNode } from 'react';

/** Figures side by side. */
export function Kpis({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <dl
      aria-label={label}
      className="grid grid-cols-2 overflow-hidden border-b border-line sm:grid-cols-3 lg:grid-cols-6"
    >
      {children}
    </dl>
  );
}

interface KpiProps {
  readonly label: string;
  readonly value: ReactNode;
  readonly hint?: string | undefined;
  /** How it moved, or what else there is to say. */
  readonly note?: string | undefined;
  /** What the note compares with, for who hears the page; left out: with nothing. */
  readonly since?: string;
  /** It moved the wrong way. */
  readonly isBad?: boolean;
}

export function Kpi({ label, value, hint, note, since, isBad = false }: KpiProps) {
  return (
    <div className="-ml-px border-l border-line px-3.5 py-3">
      <dt className="text-sm text-secondary">{label}</dt>
      <dd className="pt-1 font-mono text-xl tabular-nums" title={hint}>
        {value}
      </dd>
      <dd className={`min-h-[20px] pt-0.5 text-sm ${isBad ? 'text-error' : 'text-secondary'}`}>
        {note}
        {note !== undefined && since !== undefined && <span className="sr-only">, compared with {since}</span>}
      </dd>
    </div>
  );
}
