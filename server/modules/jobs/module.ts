/** Jobs that failed, for admins; and what deleted workspaces leave behind. */
import type { ServerModule } from '../server-module';
import { type JobServices, jobRoutes } from './api/routes';
import type { WorkspaceRemoval } from './service/workspace-removal';

interface Services extends JobServices {
  readonly removal: WorkspaceRemoval;
}

export const jobs: ServerModule<Services> = {
  routes: jobRoutes,
  tidy: ({ removal }) => [{ failure: 'a deleted workspace stays', run: () => removal.run() }],
};
