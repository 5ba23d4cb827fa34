import { Search, X } from 'lucide-react';
import { type Ref, useImperativeHandle, useRef } from 'react';
import { Kbd } from './Kbd';

interface SearchFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onEnter?: (backwards: boolean) => void;
  readonly className?: string;
  readonly ref?: Ref<{ focus: () => void }>;
}

/** A search box; `/` leads here, Escape leads out. */
export function SearchField({ label, placeholder, value, onChange, onEnter, className, ref }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  useImperativeHandle(ref, () => ({
    focus: () => {
      input.current?.focus();
      input.current?.select();
    },
  }));
  return (
    <div
      className={`flex h-[27px] items-center gap-2 rounded-md border border-line-strong bg-background px-2 focus-within:border-accent ${className ?? ''}`}
    >
      <Search size={13} className="shrink-0 text-faint" aria-hidden />
      <input
        ref={input}
        aria-label={label}
        placeholder={placeholder}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.stopPropagation();
            event.currentTarget.blur();
          } else if (event.key === 'Enter') onEnter?.(event.shiftKey);
        }}
        spellCheck={false}
        autoComplete="off"
        className="min-w-0 grow bg-transparent outline-none placeholder:text-faint"
      />
      {value === '' ? (
        <Kbd>/</Kbd>
      ) : (
        <button
          type="button"
          aria-label="Clear the search"
          className="text-faint hover:text-text"
          onClick={() => onChange('')}
        >
          <X size={13} />
        </button>
      )}
    </div>
  );
}
