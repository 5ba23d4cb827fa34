/** What happened in a workspace, for the people in it. */
import type { ServerModule } from '../server-module';
import { type CollaborationServices, collaborationRoutes } from './api/routes';
import { activityOf } from './events/activity';
import { forgetActivity } from './service/activities';

export const collaboration: ServerModule<CollaborationServices> = {
  routes: collaborationRoutes,
  consumers: () => [activityOf],
  tidy: ({ database }) => [{ failure: 'old activity stays', run: () => forgetActivity(database.system) }],
};
