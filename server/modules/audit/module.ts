/** Who changed what. */
import type { ServerModule } from '../server-module';
import { type AuditServices, auditRoutes } from './api/routes';

export const audit: ServerModule<AuditServices> = { routes: auditRoutes };
