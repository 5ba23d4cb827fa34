import clsx from 'clsx';
import type { ButtonHTMLAttributes } from 'react';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'plain' | 'primary' | 'ghost';
}

export function Button({ look = 'plain', className, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={clsx(
        'inline-flex h-[26px] items-center gap-1.5 rounded-md px-2.5 font-medium whitespace-nowrap disabled:opacity-50',
        {
          'border border-line-strong bg-panel hover:bg-raised': look === 'plain',
          'bg-accent text-panel hover:opacity-90': look === 'primary',
          'text-secondary hover:bg-raised hover:text-text': look === 'ghost',
        },
        className,
      )}
      {...rest}
    />
  );
}
