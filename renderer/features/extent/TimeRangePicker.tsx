import { ChevronDown } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type FormEvent, useState } from 'react';
import { ALL_TIME, boundsOf, LAST, rangeLabel, type TimeRange } from '../../stores/time-range';
import { Button } from '../../ui/Button';
import { inputMs, inputText } from '../../ui/clock-time';

interface TimeRangePickerProps {
  readonly range: TimeRange;
  readonly onChange: (range: TimeRange) => void;
}

/** When the traces that are listed started. */
export function TimeRangePicker({ range, onChange }: TimeRangePickerProps) {
  const [open, setOpen] = useState(false);
  const choose = (chosen: TimeRange): void => {
    onChange(chosen);
    setOpen(false);
  };
  const choices: readonly TimeRange[] = [
    ...LAST.map(({ minutes }): TimeRange => ({ kind: 'last', minutes })),
    ALL_TIME,
  ];
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button aria-label={`Time range: ${rangeLabel(range)}`}>
          <span className="max-w-[280px] truncate">{rangeLabel(range)}</span>
          <ChevronDown size={13} className="text-faint" aria-hidden />
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          aria-label="Time range"
          align="end"
          sideOffset={4}
          className="z-20 w-[268px] rounded-md border border-line-strong bg-panel p-1 text-base text-text shadow-md outline-none"
        >
          {choices.map((choice) => (
            <button
              key={rangeLabel(choice)}
              type="button"
              aria-pressed={rangeLabel(choice) === rangeLabel(range)}
              className="flex h-[26px] w-full items-center rounded px-2 text-left hover:bg-raised focus-visible:bg-raised aria-pressed:font-semibold aria-pressed:text-accent"
              onClick={() => choose(choice)}
            >
              {rangeLabel(choice)}
            </button>
          ))}
          <Between range={range} onChoose={choose} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** Two moments, in the time of this machine. */
function Between({ range, onChoose }: { readonly range: TimeRange; readonly onChoose: (range: TimeRange) => void }) {
  const bounds = boundsOf(range);
  const [from, setFrom] = useState(inputText(Date.parse(bounds.from ?? '') || Date.now() - 3_600_000));
  const [to, setTo] = useState(inputText(Date.parse(bounds.to ?? '') || Date.now()));
  const [fromMs, toMs] = [inputMs(from), inputMs(to)];
  const isValid = fromMs < toMs;
  const apply = (event: FormEvent): void => {
    event.preventDefault();
    if (isValid) onChoose({ kind: 'between', fromMs, toMs });
  };
  const field = 'h-[26px] w-full rounded border border-line-strong bg-background px-1.5 font-mono text-sm';
  return (
    <form className="mt-1 flex flex-col gap-1.5 border-t border-line p-2" onSubmit={apply}>
      <label className="flex flex-col gap-0.5 text-sm text-secondary">
        From
        <input
          type="datetime-local"
          step="1"
          value={from}
          onChange={(event) => setFrom(event.target.value)}
          className={field}
        />
      </label>
      <label className="flex flex-col gap-0.5 text-sm text-secondary">
        To
        <input
          type="datetime-local"
          step="1"
          value={to}
          onChange={(event) => setTo(event.target.value)}
          className={field}
        />
      </label>
      {!isValid && <p className="text-sm text-error">The end must be after the start.</p>}
      <Button type="submit" look="primary" disabled={!isValid} className="justify-center">
        Show this time
      </Button>
    </form>
  );
}
