/** Workspaces, their members and what they may send. */
import type { ServerModule } from '../server-module';
import { type WorkspaceServices, workspaceRoutes } from './api/routes';
import { usageOf } from './events/usage';

export const workspaces: ServerModule<WorkspaceServices> = {
  routes: workspaceRoutes,
  consumers: () => [usageOf],
};
