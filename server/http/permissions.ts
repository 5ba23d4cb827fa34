/** Who may do what: the one table. */

/** What an API key may be given. */
export const KEY_SCOPES = ['ingest', 'read'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** From who may least to who may most. */
export const ROLES = ['viewer', 'member', 'admin', 'owner'] as const;
export type Role = (typeof ROLES)[number];

export type Permission =
  | 'telemetry:ingest'
  | 'telemetry:read'
  | 'telemetry:delete'
  | 'notes:write'
  | 'rules:write'
  | 'projects:read'
  | 'projects:write'
  | 'keys:read'
  | 'keys:write'
  | 'members:read'
  | 'members:write'
  | 'workspace:write'
  | 'workspace:delete'
  | 'audit:read';

const VIEWER: readonly Permission[] = ['telemetry:read', 'projects:read', 'members:read'];
const MEMBER: readonly Permission[] = [...VIEWER, 'notes:write'];
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
];
const OWNER: readonly Permission[] = [...ADMIN, 'workspace:delete'];

const OF_ROLES: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: VIEWER,
  member: MEMBER,
  admin: ADMIN,
  owner: OWNER,
};
const OF_SCOPES: Readonly<Record<KeyScope, readonly Permission[]>> = {
  ingest: ['telemetry:ingest'],
  read: ['telemetry:read', 'projects:read'],
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
