import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { ChevronDown } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { formatCompact } from '../../../core/model/format';
import { api } from '../../connection/connection';

interface FieldPickerProps {
  readonly label: string;
  /** Null: none is chosen. */
  readonly value: string | null;
  /** What a field is called where none is chosen. */
  readonly none: string;
  /** Fields that are no attributes, offered first. */
  readonly intrinsics: readonly string[];
  readonly onChange: (field: string | null) => void;
}

interface Choice {
  readonly field: string | null;
  readonly text: string;
  readonly detail: string;
}

const MOST = 100;

/** Any field of spans, found by a part of its name among all that are stored. */
export function FieldPicker({ label, value, none, intrinsics, onChange }: FieldPickerProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        aria-label={`${label}: ${value ?? none}`}
        className="flex h-[22px] max-w-[220px] items-center gap-1 rounded border border-line-strong bg-panel px-1.5 text-text"
      >
        <span className="truncate">{value ?? none}</span>
        <ChevronDown size={12} className="shrink-0 text-faint" aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          aria-label={label}
          className="z-20 w-[min(340px,calc(100vw-24px))] rounded-md border border-line-strong bg-panel p-1 text-base text-text shadow-md outline-none"
        >
          <Choices
            label={label}
            value={value}
            none={none}
            intrinsics={intrinsics}
            onChange={(field) => {
              setOpen(false);
              onChange(field);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Choices({ label, value, none, intrinsics, onChange }: FieldPickerProps) {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const active = useRef<HTMLDivElement>(null);
  const { data } = useQuery({
    queryKey: ['fields', typed],
    queryFn: () => api.listAttributes({ query: typed.trim(), limit: MOST }),
    placeholderData: (before) => before,
  });
  const contains = (text: string): boolean => text.toLowerCase().includes(typed.trim().toLowerCase());
  const choices: readonly Choice[] = [
    ...(typed.trim() === '' ? [{ field: null, text: none, detail: '' }] : []),
    ...intrinsics.filter(contains).map((field) => ({ field, text: field, detail: '' })),
    ...(data?.data ?? [])
      .filter(({ key }) => contains(key))
      .map(({ key, spanCount }) => ({ field: key, text: key, detail: `${formatCompact(spanCount)} spans` })),
  ];
  const chosen = Math.min(at, choices.length - 1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as the keys go to another
  useEffect(() => {
    active.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) setAt(Math.max(0, Math.min(chosen + step, choices.length - 1)));
    const choice = choices[chosen];
    if (event.key === 'Enter' && choice) onChange(choice.field);
    if (step !== 0 || event.key === 'Enter') event.preventDefault();
  };
  return (
    <>
      <input
        role="combobox"
        aria-label={`${label}: find a field`}
        aria-expanded
        aria-controls={list}
        aria-activedescendant={chosen < 0 ? undefined : `${list}-${chosen}`}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        placeholder="Find a field"
        spellCheck={false}
        autoComplete="off"
        className="mb-1 h-[26px] w-full rounded border border-line-strong bg-background px-1.5 outline-none placeholder:text-faint focus:border-accent"
      />
      <div id={list} role="listbox" aria-label={label} className="max-h-[min(320px,50vh)] overflow-y-auto">
        {choices.map(({ field, text, detail }, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the box above has the keys
          <div
            key={field ?? ''}
            ref={i === chosen ? active : null}
            id={`${list}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === chosen}
            onClick={() => onChange(field)}
            onPointerMove={() => setAt(i)}
            className={clsx(
              'flex cursor-default items-baseline gap-2 rounded px-2 py-0.5',
              i === chosen && 'bg-accent-ground',
              field === value && 'font-semibold',
            )}
          >
            <span className="min-w-0 grow truncate" title={text}>
              {text}
            </span>
            <span className="shrink-0 text-sm text-faint">{detail}</span>
          </div>
        ))}
        {choices.length === 0 && data && (
          <p className="px-2 py-1 text-secondary">No field has this text in its name.</p>
        )}
      </div>
    </>
  );
}
