/** The contract's HTTP API for the workspace of who asks (services/gateway/routes.ts). */
import type { ServerModule } from '../server-module';
import { type TelemetryServices, telemetryRoutes } from './api/telemetry-routes';

export const traces: ServerModule<TelemetryServices> = { routes: telemetryRoutes };
