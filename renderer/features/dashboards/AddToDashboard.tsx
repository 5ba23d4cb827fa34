import { LayoutDashboard } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { type Dashboard, MOST_PANELS } from '../../../core/api/dashboard';
import { freeId, type NewPanel, named } from '../../../core/dashboards/dashboard-file';
import { api } from '../../connection/connection';
import { Button } from '../../ui/Button';
import { useMay } from '../team/May';
import { useDashboards } from './use-dashboards';

interface AddToDashboardProps {
  readonly panel: NewPanel;
  /** Where there is little room: the icon alone. */
  readonly isSmall?: boolean;
}

/** Keeps what is shown as a panel of a dashboard. */
export function AddToDashboard({ panel, isSmall = false }: AddToDashboardProps) {
  const mayWrite = useMay('notes:write');
  const [open, setOpen] = useState(false);
  if (!mayWrite) return null;
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button look="ghost" className="px-1.5" aria-label="Add to a dashboard" title="Add to a dashboard">
          <LayoutDashboard size={13} aria-hidden />{' '}
          {!isSmall && <span className="max-lg:hidden">Add to a dashboard</span>}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          aria-label="Add to a dashboard"
          align="end"
          sideOffset={4}
          className="z-20 w-[280px] rounded-md border border-line-strong bg-panel p-1 text-base text-text shadow-md outline-none"
        >
          <Choices panel={panel} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Choices({ panel }: { readonly panel: NewPanel }) {
  const { data = [], error, refetch } = useDashboards();
  const [name, setName] = useState('');
  const [added, setAdded] = useState<Dashboard | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const keep = (keeping: Promise<Dashboard>): void => {
    keeping
      .then(
        (dashboard) => {
          setAdded(dashboard);
          setFailure(null);
        },
        (problem: Error) => setFailure(problem.message),
      )
      .finally(() => void refetch());
  };
  const add = ({ id, version, name, panels }: Dashboard): void =>
    keep(api.updateDashboard(id, version, { name, panels: [...panels, named(panel, freeId(panels))] }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') keep(api.createDashboard({ name: name.trim(), panels: [named(panel, '1')] }));
  };
  if (added) {
    return (
      <p role="status" className="px-2 py-1.5">
        Added to{' '}
        <Link href={`/dashboards/${added.id}`} className="text-accent hover:underline" dir="auto">
          {added.name}
        </Link>
        .
      </p>
    );
  }
  return (
    <>
      <ul className="max-h-[300px] overflow-y-auto" aria-label="Dashboards">
        {data.map((dashboard) => (
          <li key={dashboard.id}>
            <button
              type="button"
              disabled={dashboard.panels.length >= MOST_PANELS}
              title={dashboard.panels.length >= MOST_PANELS ? `It has ${MOST_PANELS} panels already` : undefined}
              className="flex h-[26px] w-full items-center rounded px-2 text-left hover:bg-raised focus-visible:bg-raised disabled:text-faint"
              onClick={() => add(dashboard)}
            >
              <span className="truncate" dir="auto">
                {dashboard.name}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <form className="flex gap-1.5 p-1" onSubmit={submit}>
        <input
          aria-label="Name of a new dashboard"
          placeholder="Name of a new dashboard"
          maxLength={200}
          className="h-[26px] min-w-0 grow rounded border border-line-strong bg-background px-1.5"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" disabled={name.trim() === ''}>
          Add
        </Button>
      </form>
      {(error || failure !== null) && (
        <p role="alert" className="px-2 py-1 text-error">
          {failure ?? error?.message}
        </p>
      )}
    </>
  );
}
