/** Sync with desktops. */
import type { ServerModule } from '../server-module';
import { type SyncServices, syncRoutes } from './api/routes';

export const sync: ServerModule<SyncServices> = { routes: syncRoutes };
