/** Whose traces these are, and the way out. */
import { ChevronsUpDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { signOut, switchWorkspace } from '../../connection/team-session';
import { useMe } from '../../hooks/use-me';

export function WorkspaceMenu() {
  const me = useMe();
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<string | null>(null);
  if (!me) return null;
  const { workspaces, workspace, name, email, role } = me;
  const leaveFor = (going: Promise<void>): void => {
    going.then(
      () => window.location.replace('/'),
      (error: Error) => setFailure(error.message),
    );
  };
  const current = workspaces.find(({ id }) => id === workspace)?.name ?? 'Workspace';
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        title={`${current}: ${email}, ${role}`}
        className="mb-1 flex h-[30px] items-center gap-2 rounded-md border border-line px-2 font-medium hover:bg-panel"
      >
        <span
          className="hidden min-w-0 grow truncate text-left min-[1100px]:inline group-data-open/nav:inline"
          dir="auto"
        >
          {current}
        </span>
        <ChevronsUpDown size={13} className="shrink-0 text-secondary" aria-label="Workspace" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="start"
          sideOffset={4}
          className="z-20 min-w-[220px] rounded-md border border-line-strong bg-panel p-1 shadow-xl"
        >
          <div className="px-2 py-1.5">
            <div className="truncate font-medium" dir="auto">
              {name}
            </div>
            <div className="truncate text-sm text-secondary">
              {email} · {role}
            </div>
          </div>
          <Separator />
          {workspaces.map(({ id, name }) => (
            <Item key={id} onSelect={() => id !== workspace && leaveFor(switchWorkspace(id))}>
              <span className="grow truncate" dir="auto">
                {name}
              </span>
              {id === workspace && <span className="text-sm text-secondary">here</span>}
            </Item>
          ))}
          <Separator />
          <Item onSelect={() => navigate('/team/members')}>Members and keys</Item>
          <Item onSelect={() => leaveFor(signOut())}>Sign out</Item>
          {failure && <p className="px-2 py-1 text-error">{failure}</p>}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Separator() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}

function Item({ onSelect, children }: { readonly onSelect: () => void; readonly children: ReactNode }) {
  return (
    <DropdownMenu.Item
      className="flex h-7 cursor-pointer items-center gap-3 rounded px-2 outline-none data-[highlighted]:bg-accent-ground"
      onSelect={onSelect}
    >
      {children}
    </DropdownMenu.Item>
  );
}
