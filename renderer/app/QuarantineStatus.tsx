import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import type { QuarantineReport } from '../../core/api/retention';
import { api } from '../connection/connection';
import { useRestoreQuarantine } from '../hooks/use-restore-quarantine';
import { Button } from '../ui/Button';
import { quarantineHeld, quarantineText, quarantineUntil } from './retention-text';

/** What was pruned for its age and can still be restored: a word in the status bar, with the ways out behind it. */
export function QuarantineStatus({ quarantine }: { readonly quarantine: QuarantineReport }) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger className="hover:text-text" title="Pruned because of its age. You can restore or delete it.">
        {quarantineText(quarantine)}
      </Dialog.Trigger>
      <QuarantineDialog quarantine={quarantine} onDone={() => setOpen(false)} />
    </Dialog.Root>
  );
}

function QuarantineDialog({
  quarantine,
  onDone,
}: {
  readonly quarantine: QuarantineReport;
  readonly onDone: () => void;
}) {
  const restore = useRestoreQuarantine(onDone);
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.deleteQuarantine(),
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: ['status'] }),
  });
  const isBusy = restore.isPending || remove.isPending;
  const error = restore.error ?? remove.error;
  return (
    <Dialog.Portal>
      <Dialog.Overlay className="fixed inset-0 bg-black/30" />
      <Dialog.Content className="fixed top-1/2 left-1/2 w-[460px] max-w-[92vw] -translate-1/2 rounded-lg border border-line-strong bg-panel p-5 shadow-xl">
        <Dialog.Title className="mb-2 text-lg font-semibold">Quarantine</Dialog.Title>
        <Dialog.Description className="mb-2">
          {quarantineHeld(quarantine)} were pruned for their age. They show nowhere, but are still on disk.
        </Dialog.Description>
        <p className="mb-4 text-secondary">
          {quarantineUntil(quarantine)} Restored data is kept for as long as its age allows, or as if it had just
          arrived.
        </p>
        {error && (
          <p role="alert" className="mb-4 text-error">
            {error.message}
          </p>
        )}
        <div className="flex gap-2">
          <Button look="primary" disabled={isBusy} onClick={() => restore.mutate()}>
            Restore
          </Button>
          <Dialog.Close asChild>
            <Button>Cancel</Button>
          </Dialog.Close>
          <span className="grow" />
          <Button look="ghost" disabled={isBusy} onClick={() => remove.mutate()}>
            Delete now
          </Button>
        </div>
      </Dialog.Content>
    </Dialog.Portal>
  );
}
