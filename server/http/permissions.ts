/** Who may do what: the one table. */
import { type KeyScope, type Permission, ROLES, type Role } from '../../core/api/team';

const VIEWER: readonly Permission[] = ['telemetry:read', 'projects:read', 'members:read'];
const MEMBER: readonly Permission[] = [...VIEWER, 'notes:write', 'traces:share'];
const ADMIN: readonly Permission[] = [
  ...MEMBER,
  'telemetry:delete',
  'rules:write',
  'projects:write',
  'keys:read',
  'keys:write',
  'members:write',
  'workspace:write',
  'audit:read',
  'webhooks:read',
  'webhooks:write',
  'jobs:read',
  'jobs:write',
];
const OWNER: readonly Permission[] = [...ADMIN, 'workspace:delete'];

const OF_ROLES: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: VIEWER,
  member: MEMBER,
  admin: ADMIN,
  owner: OWNER,
};
const OF_SCOPES: Readonly<Record<KeyScope, readonly Permission[]>> = {
  ingest: ['telemetry:ingest', 'traces:share'],
  read: ['telemetry:read', 'projects:read'],
  notes: ['notes:write'],
};

export function permissionsOf(role: Role): readonly Permission[] {
  return OF_ROLES[role];
}

export function permissionsOfScopes(scopes: readonly KeyScope[]): readonly Permission[] {
  return scopes.flatMap((scope) => OF_SCOPES[scope]);
}

/** Nobody gives away more than they have. */
export function mayGive(own: Role, given: Role): boolean {
  return ROLES.indexOf(given) <= ROLES.indexOf(own);
}
