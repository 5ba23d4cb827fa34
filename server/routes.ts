/** Everything that the server answers. The matrix of the tests is made from this list. */
import { ROUTES } from '../services/gateway/routes';
import type { ServerDatabase } from './adapters/database';
import { uuidOf } from './http/ids';
import { serverDocument, type TeamSchemas } from './http/openapi';
import type { AppRoute, MountedRoute } from './http/route';
import { type Principal, route } from './http/route';
import type { Jobs } from './jobs/jobs';
import type { ApiKeys } from './modules/api-keys/service/api-keys';
import { auditRoutes } from './modules/audit/api/routes';
import { authRoutes } from './modules/auth/api/routes';
import type { AccountRepo } from './modules/auth/repo/accounts';
import type { DeviceCodes } from './modules/auth/service/device-codes';
import type { Oidc } from './modules/auth/service/oidc';
import type { SignIn } from './modules/auth/service/sign-in';
import type { SigningKeys } from './modules/auth/service/signing-keys';
import { collaborationRoutes } from './modules/collaboration/api/routes';
import { jobRoutes } from './modules/jobs/api/routes';
import { projectRoutes } from './modules/projects/api/routes';
import type { Projects } from './modules/projects/service/projects';
import { syncRoutes } from './modules/sync/api/routes';
import type { LiveChanges } from './modules/sync/service/live';
import type { Sync } from './modules/sync/service/sync';
import { TELEMETRY_ACCESS } from './modules/traces/api/telemetry-access';
import { queryOfProject } from './modules/traces/service/project-attribute';
import { uploadRoutes } from './modules/uploads/api/routes';
import type { Uploads } from './modules/uploads/service/uploads';
import { webhookRoutes } from './modules/webhooks/api/routes';
import type { Webhooks } from './modules/webhooks/service/webhooks';
import { workspaceRoutes } from './modules/workspaces/api/routes';
import type { Members } from './modules/workspaces/service/members';
import type { Quotas } from './modules/workspaces/service/quotas';
import type { Workspaces } from './modules/workspaces/service/workspaces';

export interface Services {
  readonly database: Pick<ServerDatabase, 'tenant' | 'system'>;
  readonly accounts: AccountRepo;
  readonly signIn: SignIn;
  readonly deviceCodes: DeviceCodes;
  readonly oidc: Oidc | null;
  readonly publicUrl: string | null;
  readonly keys: SigningKeys;
  readonly workspaces: Workspaces;
  readonly members: Members;
  readonly quotas: Quotas;
  readonly webhooks: Webhooks;
  readonly jobs: Jobs;
  readonly uploads: Uploads;
  readonly sync: Sync;
  readonly live: LiveChanges;
  readonly projects: Projects;
  readonly apiKeys: ApiKeys;
  readonly secure: boolean;
  /** The contract's HTTP API for the workspace of who asks. */
  readonly telemetry: (principal: Principal, request: Request) => Promise<Response>;
  /** Of the contract. */
  readonly openApi: object;
  readonly teamSchemas: TeamSchemas;
}

export function serverRoutes(services: Services): AppRoute[] {
  const routes: AppRoute[] = [
    ...authRoutes(services),
    ...workspaceRoutes(services),
    ...projectRoutes(services.projects, services.apiKeys),
    ...auditRoutes(services.database),
    ...collaborationRoutes(services.database),
    ...webhookRoutes(services),
    ...uploadRoutes(services.uploads),
    ...syncRoutes(services.sync, services.live),
    ...jobRoutes(services.jobs, services.database),
    route('get', '/v1/openapi.json', { access: 'public' }, async () => {
      document ??= serverDocument(services.openApi, services.teamSchemas, routes);
      return document;
    }),
    projectTraces(services.projects, services.telemetry),
    ...telemetryRoutes(services.telemetry),
  ];
  let document: object | null = null;
  return routes;
}

/** The list of traces, among what came with keys of a project. */
function projectTraces(projects: Projects, telemetry: Services['telemetry']): MountedRoute {
  return {
    method: 'get',
    path: '/v1/projects/:projectId/traces',
    access: 'telemetry:read',
    async mounted(principal, request) {
      const url = new URL(request.url);
      const { id } = await projects.get(principal.workspace.id, uuidOf(url.pathname.split('/')[3]));
      url.pathname = '/v1/traces';
      url.searchParams.set('query', queryOfProject(url.searchParams.get('query') ?? '', id));
      return telemetry(principal, new Request(url, { headers: request.headers, signal: request.signal }));
    },
  };
}

function telemetryRoutes(mounted: MountedRoute['mounted']): MountedRoute[] {
  return Object.entries(ROUTES).flatMap(([operation, { method, path }]) => {
    const access = TELEMETRY_ACCESS[operation as keyof typeof TELEMETRY_ACCESS];
    return access === null ? [] : [{ method, path: path.replace(/\{(\w+)\}/g, ':$1'), access, mounted }];
  });
}
