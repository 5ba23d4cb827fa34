import clsx from 'clsx';
import { SlidersHorizontal } from 'lucide-react';

/** The width of the window below which a column of filters is closed until it is asked for. */
type Below = 'md' | 'lg';

const STRIP: Readonly<Record<Below, string>> = { md: 'md:hidden', lg: 'lg:hidden' };
/** For the column itself, while it is closed. */
export const CLOSED_BELOW: Readonly<Record<Below, string>> = { md: 'max-md:hidden', lg: 'max-lg:hidden' };

interface FilterStripProps {
  readonly below: Below;
  readonly side: 'left' | 'right';
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** Opens and closes the filters beside a list, where the window has no room for both at once. */
export function FilterStrip({ below, side, isOpen, onToggle }: FilterStripProps) {
  const label = isOpen ? 'Hide filters' : 'Show filters';
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      aria-label={label}
      title={label}
      className={clsx(
        'flex w-[30px] shrink-0 justify-center border-line bg-panel pt-2.5 hover:text-text focus-visible:-outline-offset-2',
        side === 'left' ? 'border-r' : 'border-l',
        isOpen ? 'text-accent' : 'text-secondary',
        STRIP[below],
      )}
      onClick={onToggle}
    >
      <SlidersHorizontal size={15} aria-hidden />
    </button>
  );
}
