import type { ReactNode } from 'react';

interface FigureProps {
  readonly value: ReactNode;
  readonly label: string;
  readonly hint?: string;
}

/** A number of a summary, with what it counts below. */
export function Figure({ value, label, hint }: FigureProps) {
  return (
    <div className="shrink-0" title={hint}>
      <div className="text-lg leading-5 font-semibold">{value}</div>
      <div className="text-xs text-secondary">{label}</div>
    </div>
  );
}
