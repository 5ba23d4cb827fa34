import { z } from 'zod';
import type { ServerDatabase } from '../../../adapters/database';
import { pageById } from '../../../http/page';
import { type Route, route } from '../../../http/route';
import { readActivity } from '../service/activities';

const QUERY = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
});

export interface CollaborationServices {
  readonly database: Pick<ServerDatabase, 'system' | 'tenant'>;
}

export function collaborationRoutes({ database }: CollaborationServices): Route[] {
  return [
    route('get', '/v1/activity', { access: 'telemetry:read', query: QUERY }, async ({ who, query }) => {
      const { id } = who.workspace;
      const before = query.cursor === undefined ? null : BigInt(query.cursor);
      return pageById(await readActivity(database.tenant(id), id, query.limit + 1, before), query.limit);
    }),
  ];
}
