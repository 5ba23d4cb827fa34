/** What is done to a whole dashboard seldom. */
import { Ellipsis } from 'lucide-react';
import { Dialog, DropdownMenu } from 'radix-ui';
import { type FormEvent, type ReactNode, type RefObject, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { Dashboard } from '../../../core/api/dashboard';
import { api } from '../../connection/connection';
import { Button } from '../../ui/Button';
import { FIELD, LABEL } from '../../ui/field';

interface DashboardMenuProps {
  readonly dashboard: Dashboard;
  readonly mayWrite: boolean;
  readonly onRename: (name: string) => void;
  readonly onExport: () => void;
  readonly onFailure: (message: string) => void;
}

export function DashboardMenu({ dashboard, mayWrite, onRename, onExport, onFailure }: DashboardMenuProps) {
  const { id, name, panels } = dashboard;
  const [, navigate] = useLocation();
  const [asks, setAsks] = useState<'rename' | 'delete' | null>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const failed = (error: Error): void => {
    // What is said of it stands on the screen, which a dialog would cover.
    setAsks(null);
    onFailure(error.message);
  };
  const duplicate = (): void => {
    const copy = { name: `${name.slice(0, 190)} (copy)`, panels };
    api.createDashboard(copy).then((made) => navigate(`/dashboards/${made.id}`), failed);
  };
  const remove = (): void => {
    api.deleteDashboard(id).then(() => navigate('/dashboards'), failed);
  };
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          ref={trigger}
          aria-label="More"
          className="grid h-[26px] w-[30px] shrink-0 place-items-center rounded-md border border-line-strong bg-panel hover:bg-raised"
        >
          <Ellipsis size={14} aria-hidden />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="end"
            sideOffset={4}
            className="z-20 min-w-[180px] rounded-md border border-line-strong bg-panel p-1 text-base text-text shadow-xl"
          >
            {mayWrite && <Item onSelect={() => setAsks('rename')}>Rename</Item>}
            {mayWrite && <Item onSelect={duplicate}>Duplicate</Item>}
            <Item onSelect={onExport}>Export as JSON</Item>
            {mayWrite && (
              <Item onSelect={() => setAsks('delete')}>
                <span className="text-error">Delete dashboard</span>
              </Item>
            )}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {asks === 'rename' && (
        <Asking title="Rename the dashboard" returnTo={trigger} onClose={() => setAsks(null)}>
          <NameForm
            name={name}
            onSave={(renamed) => {
              setAsks(null);
              onRename(renamed);
            }}
          />
        </Asking>
      )}
      {asks === 'delete' && (
        <Asking title={`Delete ${name}?`} returnTo={trigger} onClose={() => setAsks(null)}>
          <p className="text-secondary">
            It is deleted for everybody with whom it is shared. To keep a copy, export it as JSON first.
          </p>
          <div className="flex justify-end gap-2">
            <Dialog.Close asChild>
              <Button>Cancel</Button>
            </Dialog.Close>
            <Button look="primary" onClick={remove}>
              Delete dashboard
            </Button>
          </div>
        </Asking>
      )}
    </>
  );
}

interface AskingProps {
  readonly title: string;
  /** The menu is gone that it was opened from; this is not. */
  readonly returnTo: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

function Asking({ title, returnTo, onClose, children }: AskingProps) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-20 bg-black/30" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            returnTo.current?.focus();
          }}
          className="fixed top-[16%] left-1/2 z-20 flex w-[420px] max-w-[94vw] -translate-x-1/2 flex-col gap-3 rounded-lg border border-line-strong bg-panel p-4 text-base text-text shadow-xl"
        >
          <Dialog.Title className="font-semibold break-words">{title}</Dialog.Title>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function NameForm({ name, onSave }: { readonly name: string; readonly onSave: (name: string) => void }) {
  const [typed, setTyped] = useState(name);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (typed.trim() !== '') onSave(typed.trim());
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      <label className={LABEL}>
        Name
        <input className={FIELD} value={typed} maxLength={200} onChange={({ target }) => setTyped(target.value)} />
      </label>
      <div className="flex justify-end gap-2">
        <Dialog.Close asChild>
          <Button>Cancel</Button>
        </Dialog.Close>
        <Button type="submit" look="primary" disabled={typed.trim() === ''}>
          Rename
        </Button>
      </div>
    </form>
  );
}

function Item({ onSelect, children }: { readonly onSelect: () => void; readonly children: ReactNode }) {
  return (
    <DropdownMenu.Item
      className="flex h-7 cursor-pointer items-center rounded px-2 outline-none data-[highlighted]:bg-accent-ground"
      onSelect={onSelect}
    >
      {children}
    </DropdownMenu.Item>
  );
}
