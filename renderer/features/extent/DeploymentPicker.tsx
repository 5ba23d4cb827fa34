import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { ListFilter } from 'lucide-react';
import { Popover } from 'radix-ui';
import type { Deployment, DeploymentFilter } from '../../../core/model/deployment';
import { DEPLOYMENT_FIELDS } from '../../../core/model/deployment-keys';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';
import { Button } from '../../ui/Button';
import { LABEL } from '../../ui/field';
import { choicesOf } from './deployment-choices';

const PACE_MS = 10_000;
const TITLES: Readonly<Record<keyof Deployment, string>> = {
  environment: 'Environment',
  version: 'Version',
  team: 'Team',
};

interface DeploymentPickerProps {
  readonly deployment: DeploymentFilter;
  readonly onChange: (deployment: DeploymentFilter) => void;
}

/** Where spans come from, as their resources say; not there while none says. */
export function DeploymentPicker({ deployment, onChange }: DeploymentPickerProps) {
  const version = useConnection(({ version }) => version);
  const { data: known = [], refetch } = useQuery({
    queryKey: ['deployments'],
    queryFn: () => api.listDeployments(),
    enabled: version > 0,
    refetchOnMount: 'always',
  });
  useRefetchOn(useThrottled(version, PACE_MS), refetch);
  const chosen = DEPLOYMENT_FIELDS.flatMap((field) => deployment[field] ?? []);
  if (known.length === 0 && chosen.length === 0) return null;
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button
          aria-label={chosen.length === 0 ? 'Filter: none' : `Filter: ${chosen.join(', ')}`}
          className={clsx(chosen.length > 0 && 'border-accent! bg-accent-ground! text-accent')}
        >
          <ListFilter size={13} aria-hidden className={clsx(chosen.length === 0 && 'text-faint')} />
          <span className="max-w-[200px] truncate max-md:hidden" dir="auto">
            {chosen.length === 0 ? 'Filter' : chosen.join(' · ')}
          </span>
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          aria-label="Filter"
          align="end"
          sideOffset={4}
          className="z-20 flex w-[268px] flex-col gap-2 rounded-md border border-line-strong bg-panel p-2.5 text-base text-text shadow-md outline-none"
        >
          {DEPLOYMENT_FIELDS.map((field) => (
            <Choice
              key={field}
              title={TITLES[field]}
              value={deployment[field]}
              choices={choicesOf(field, known, deployment)}
              onChoose={(value) => {
                const { [field]: _, ...others } = deployment;
                onChange(value ? { ...others, [field]: value } : others);
              }}
            />
          ))}
          <Button disabled={chosen.length === 0} onClick={() => onChange({})} className="mt-0.5 justify-center">
            Clear the filter
          </Button>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface ChoiceProps {
  readonly title: string;
  readonly value: string | undefined;
  readonly choices: readonly string[];
  readonly onChoose: (value: string) => void;
}

function Choice({ title, value, choices, onChoose }: ChoiceProps) {
  return (
    <label className={LABEL}>
      {title}
      <select
        value={value ?? ''}
        disabled={choices.length === 0}
        onChange={(event) => onChoose(event.target.value)}
        className="h-[27px] min-w-0 rounded border border-line-strong bg-background px-1 text-base text-text disabled:text-faint"
      >
        <option value="">{choices.length === 0 ? 'none named' : 'All'}</option>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    </label>
  );
}
