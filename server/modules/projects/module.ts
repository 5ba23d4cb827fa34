/** Projects and their API keys. */
import type { ServerModule } from '../server-module';
import { type ProjectServices, projectRoutes } from './api/routes';

export const projects: ServerModule<ProjectServices> = { routes: projectRoutes };
