import { DropdownMenu } from 'radix-ui';
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
  const { name, mutedUntil } = rule;
  if (mutedUntil !== null && isMuted(rule, now)) {
    return (
      <Button
        look="ghost"
        aria-label={`Unmute the alert ${name}`}
        title={`Muted until ${timeText(mutedUntil)}`}
        onClick={() => onMute(null)}
      >
        Unmute
      </Button>
    );
  }
  return (
    <DropdownMenu.Root>
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
