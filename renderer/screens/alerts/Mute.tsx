import { DropdownMenu } from 'radix-ui';
import { useEffect, useRef } from 'react';
import type { AlertRule } from '../../../core/api/alert';
import { isMuted } from '../../features/alerts/alert-text';
import { useNow } from '../../hooks/use-now';
import { Button } from '../../ui/Button';
import { timeText } from '../../ui/clock-time';

const HOUR_MS = 3_600_000;
const CHOICES: readonly (readonly [text: string, forMs: number])[] = [
  ['for an hour', HOUR_MS],
  ['for 8 hours', 8 * HOUR_MS],
  ['for a day', 24 * HOUR_MS],
  ['for a week', 7 * 24 * HOUR_MS],
];

interface MuteProps {
  readonly rule: AlertRule;
  readonly onMute: (mutedUntil: string | null) => void;
}

/** Nobody is told of a rule for a while; what it finds is kept. */
export function Mute({ rule, onMute }: MuteProps) {
  const now = useNow(10_000);
  const place = useRef<HTMLSpanElement>(null);
  /** Whether it is to be muted once the rule is kept; null: nobody has chosen. */
  const chosen = useRef<boolean | null>(null);
  const { mutedUntil } = rule;
  const shownUntil = mutedUntil !== null && isMuted(rule, now) ? mutedUntil : null;
  const isOff = shownUntil !== null;
  // The button that was pressed goes away: the focus is for the one in its place.
  useEffect(() => {
    if (chosen.current !== isOff) return;
    chosen.current = null;
    if (document.activeElement === document.body) place.current?.querySelector('button')?.focus();
  }, [isOff]);
  const choose = (until: string | null): void => {
    chosen.current = until !== null;
    onMute(until);
  };
  return (
    <span ref={place} className="contents">
      {shownUntil === null ? (
        <MuteMenu name={rule.name} onMute={choose} />
      ) : (
        <Button
          look="ghost"
          aria-label={`Unmute the alert ${rule.name}`}
          title={`Muted until ${timeText(shownUntil)}`}
          onClick={() => choose(null)}
        >
          Unmute
        </Button>
      )}
    </span>
  );
}

function MuteMenu({ name, onMute }: { readonly name: string; readonly onMute: (mutedUntil: string) => void }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button look="ghost" aria-label={`Mute the alert ${name}`}>
          Mute
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={2}
          className="z-20 min-w-[140px] rounded-md border border-line-strong bg-panel p-1 text-base text-text shadow-xl"
        >
          {CHOICES.map(([text, forMs]) => (
            <DropdownMenu.Item
              key={text}
              className="flex h-7 cursor-pointer items-center rounded px-2 outline-none data-[highlighted]:bg-accent-ground"
              onSelect={() => onMute(new Date(Date.now() + forMs).toISOString())}
            >
              {text}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
