import { z } from 'zod';
import type { ServerDatabase } from '../../../adapters/database';
import { pageById } from '../../../http/page';
import { type Route, route } from '../../../http/route';
import { readAudit } from '../service/audit';

const MAX_LIMIT = 100;
const QUERY = z.strictObject({
  actor: z.string().max(200).optional(),
  action: z.string().max(200).optional(),
  recordId: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
});

export interface AuditServices {
  readonly database: Pick<ServerDatabase, 'tenant'>;
}

export function auditRoutes({ database }: AuditServices): Route[] {
  return [
    route('get', '/v1/audit-log', { access: 'audit:read', query: QUERY }, async ({ who, query }) => {
      return pageById(await readAudit(database.tenant(who.workspace.id), who.workspace.id, query), query.limit);
    }),
  ];
}
