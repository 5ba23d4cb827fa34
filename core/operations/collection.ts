/** What operations on a collection have in common: what people write is listed, added, changed by whoever saw its newest version, and deleted. */
import type { Permission } from '../api/team';

/** @param what it is, for the summaries @param permission to change it */
export function collection(path: string, what: string, permission: Permission) {
  const one = `${path}/{id}`;
  return {
    list: {
      summary: `Lists ${what}, oldest first`,
      permission: 'telemetry:read',
      rest: { method: 'get', path },
    },
    create: { summary: `Adds to ${what}`, permission, rest: { method: 'post', path, status: 201 } },
    update: {
      summary: `Changes one of ${what}; \`version\` is of what was changed, 409 when that is old`,
      permission,
      rest: { method: 'put', path: one, refusals: [404, 409] },
    },
    remove: {
      summary: `Deletes one of ${what}`,
      permission,
      rest: { method: 'delete', path: one, status: 204, refusals: [404] },
    },
  } as const;
}
