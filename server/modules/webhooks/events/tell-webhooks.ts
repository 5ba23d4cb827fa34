/** Makes a job of each event for each webhook that wants to be told of it. */
import { TOLD_TYPES } from '../../../../core/api/team';
import { decodeRows, TEXT, TEXT_ARRAY } from '../../../../core/store/sql/row-spec';
import type { EventConsumer } from '../../../events/consumers';
import type { Jobs } from '../../../jobs/jobs';
import { DELIVERIES, type Delivery } from '../service/deliveries';

export function tellWebhooks(jobs: Jobs): EventConsumer {
  return {
    name: 'webhooks',
    types: TOLD_TYPES,
    async handle(tx, workspaceId, events) {
      const rows = await tx.query(
        'select id::text as id, url, types from webhook where workspace_id = $1 and enabled',
        [workspaceId],
      );
      const webhooks = decodeRows({ id: TEXT, url: TEXT, types: TEXT_ARRAY }, rows);
      const deliveries = events.flatMap((event) =>
        webhooks
          .filter(({ types }) => types.includes(event.type))
          .map(({ id: webhookId, url }): Delivery => {
            return { workspaceId, webhookId, event, summary: `${event.type} to ${new URL(url).host}` };
          }),
      );
      await jobs.send(tx, DELIVERIES, deliveries);
    },
  };
}
