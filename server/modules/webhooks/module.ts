/** Tells other programs what happened. */
import { jobKind } from '../../jobs/jobs';
import type { ServerModule } from '../server-module';
import { type WebhookServices, webhookRoutes } from './api/routes';
import { tellWebhooks } from './events/tell-webhooks';
import { DELIVERIES, type Deliveries, type Delivery } from './service/deliveries';

interface Services extends WebhookServices {
  readonly deliveries: Deliveries;
}

export const webhooks: ServerModule<Services> = {
  routes: webhookRoutes,
  consumers: ({ jobs }) => [tellWebhooks(jobs)],
  jobs: ({ deliveries }) => [jobKind<Delivery>(DELIVERIES, (work) => deliveries.deliver(work))],
};
