import { z } from 'zod';
import { onePage } from '../../../../core/api/page';
import type { ServerDatabase } from '../../../adapters/database';
import { actorOf } from '../../../http/actor';
import { uuidOf } from '../../../http/ids';
import { type Route, route } from '../../../http/route';
import type { Jobs } from '../../../jobs/jobs';
import { audit } from '../../audit/service/audit';

const QUERY = z.strictObject({
  state: z.enum(['waiting', 'dead']).default('dead'),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

export interface JobServices {
  readonly jobs: Jobs;
  readonly database: Pick<ServerDatabase, 'system'>;
}

export function jobRoutes({ jobs, database }: JobServices): Route[] {
  return [
    route('get', '/v1/jobs', { access: 'jobs:read', query: QUERY }, async ({ who, query }) => {
      return onePage(await jobs.list(who.workspace.id, query.state, query.limit));
    }),
    route('post', '/v1/jobs/:id/actions/requeue', { access: 'jobs:write', status: 204 }, async (call) => {
      const { id: workspaceId } = call.who.workspace;
      const recordId = uuidOf(call.params.id);
      const { name: actor, requestId } = actorOf(call);
      await database.system.transaction(async (tx) => {
        await jobs.requeue(tx, workspaceId, recordId);
        await audit(tx, workspaceId, { actor, requestId, action: 'job.requeue', table: 'job', recordId });
      });
      jobs.wake();
      return null;
    }),
  ];
}
