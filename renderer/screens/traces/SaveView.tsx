import { Popover } from 'radix-ui';
import { type FormEvent, useState } from 'react';
import { api } from '../../connection/connection';
import { useMay } from '../../features/team/May';
import { savedViewOf } from '../../stores/saved-view-address';
import { useTraceList } from '../../stores/trace-list-store';
import { Button } from '../../ui/Button';

/** Gives what is searched for a name; it then stands in the sidebar. */
export function SaveView() {
  const mayWrite = useMay('notes:write');
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [error, setError] = useState<string | null>(null);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      await api.createSavedView(savedViewOf(name.trim(), useTraceList.getState()));
      setOpen(false);
      setName('');
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    }
  };
  if (!mayWrite) return null;
  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setError(null);
      }}
    >
      <Popover.Trigger asChild>
        <Button className="max-sm:hidden">Save view</Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          aria-label="Save view"
          align="end"
          sideOffset={4}
          className="z-20 w-[268px] rounded-md border border-line-strong bg-panel p-2 text-base text-text shadow-md outline-none"
        >
          <form className="flex flex-col gap-1.5" onSubmit={(event) => void save(event)}>
            <label className="flex flex-col gap-0.5 text-sm text-secondary">
              Name
              <input
                value={name}
                onChange={(event) => setName(event.target.value)}
                placeholder="Slow checkouts"
                maxLength={200}
                className="h-[26px] rounded border border-line-strong bg-background px-1.5 text-base text-text"
              />
            </label>
            {error && <p className="text-sm text-error">{error}</p>}
            <Button type="submit" look="primary" disabled={name.trim() === ''} className="justify-center">
              Save
            </Button>
          </form>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
