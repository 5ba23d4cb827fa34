import clsx from 'clsx';
import type { ReactNode } from 'react';

/** A short word beside a name. Red means error and nothing else. */
export function Tag({
  tone = 'plain',
  children,
}: {
  readonly tone?: 'plain' | 'error' | 'warning' | 'running';
  readonly children: ReactNode;
}) {
  return (
    <span
      className={clsx('shrink-0 rounded px-1.5 text-xs leading-[18px]', {
        'border border-line bg-raised text-secondary': tone === 'plain',
        'bg-error-ground text-error': tone === 'error',
        'bg-accent-ground text-accent': tone === 'running',
        'border border-line bg-raised text-warning': tone === 'warning',
      })}
    >
      {children}
    </span>
  );
}
