/** What signing in asks about workspaces, which are a module of their own. */
import type { Role, Workspace } from '../../../../core/api/team';
import { SpoorError } from '../../../../core/model/errors';
import type { Actor } from '../../../http/actor';
import type { WorkspaceRef } from '../../../http/route';

export interface Membership {
  readonly workspace: WorkspaceRef;
  readonly role: Role;
}

export interface WorkspacesOfAccount {
  /** Its first member owns it. */
  create(name: string, ownerId: string, actor: Actor): Promise<Workspace>;
  ofAccount(accountId: string): Promise<readonly (Workspace & { readonly role: Role })[]>;
  /** Null: the account is not a member, or there is no such workspace. */
  membership(accountId: string, publicId: string): Promise<Membership | null>;
  publicIdOf(workspaceId: number): Promise<string | null>;
}

export function noWorkspace(): SpoorError {
  return new SpoorError('NOT_FOUND', 'There is no such workspace, or it is not yours.');
}
