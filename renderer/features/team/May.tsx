import type { ReactNode } from 'react';
import type { Permission } from '../../../core/api/team';
import { isTeamPage } from '../../connection/team-session';
import { useMe } from '../../hooks/use-me';

/** Whether the reader may do something; on a desktop everything is theirs. */
export function useMay(permission: Permission): boolean {
  const me = useMe();
  return !isTeamPage() || (me?.permissions.includes(permission) ?? false);
}

/** What is only there for who may. */
export function May({ permission, children }: { readonly permission: Permission; readonly children: ReactNode }) {
  return useMay(permission) ? children : null;
}
