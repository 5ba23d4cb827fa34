import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { onePage } from '../../../../core/api/page';
import { TOLD_TYPES } from '../../../../core/api/team';
import type { ServerDatabase } from '../../../adapters/database';
import { actorOf } from '../../../http/actor';
import { uuidOf } from '../../../http/ids';
import { type Route, route } from '../../../http/route';
import type { Jobs } from '../../../jobs/jobs';
import { DELIVERIES, type Delivery } from '../service/deliveries';
import type { Webhooks } from '../service/webhooks';

const WEBHOOK = z.strictObject({
  url: z.string().max(2_000),
  types: z.array(z.enum(TOLD_TYPES)).min(1).max(TOLD_TYPES.length),
  enabled: z.boolean().default(true),
});
const ONE = '/v1/webhooks/:id';

export interface WebhookServices {
  readonly webhooks: Webhooks;
  readonly jobs: Jobs;
  readonly database: Pick<ServerDatabase, 'system' | 'tenant'>;
}

export function webhookRoutes({ webhooks, jobs, database }: WebhookServices): Route[] {
  return [
    route('get', '/v1/webhooks', { access: 'webhooks:read' }, async ({ who }) => {
      return onePage(await webhooks.list(who.workspace.id));
    }),
    route(
      'post',
      '/v1/webhooks',
      { access: 'webhooks:write', body: WEBHOOK, status: 201, secret: true },
      async (call) => {
        return webhooks.create(call.who.workspace.id, call.body, actorOf(call));
      },
    ),
    route(
      'patch',
      ONE,
      { access: 'webhooks:write', body: WEBHOOK.extend({ version: z.number().int().min(1).max(0x7fff_ffff) }) },
      async (call) => {
        const { version, ...edit } = call.body;
        return webhooks.update(call.who.workspace.id, uuidOf(call.params.id), version, edit, actorOf(call));
      },
    ),
    route('delete', ONE, { access: 'webhooks:write', status: 204 }, async (call) => {
      await webhooks.remove(call.who.workspace.id, uuidOf(call.params.id), actorOf(call));
      return null;
    }),
    route('post', `${ONE}/actions/test`, { access: 'webhooks:write', status: 202 }, async ({ who, params }) => {
      const { id: workspaceId } = who.workspace;
      const webhook = await webhooks.get(database.tenant(workspaceId), workspaceId, uuidOf(params.id));
      const type = 'webhook.test.v1';
      const event = { id: randomUUID(), type, timestamp: new Date().toISOString(), payload: {} };
      const summary = `${type} to ${new URL(webhook.url).host}`;
      await jobs.send(database.system, DELIVERIES, [
        { workspaceId, webhookId: webhook.id, event, summary } as Delivery,
      ]);
      jobs.wake();
      return { eventId: event.id };
    }),
  ];
}
