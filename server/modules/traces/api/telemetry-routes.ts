/** Routes that the contract's HTTP API answers, for the workspace of who asks. */
import { ROUTES } from '../../../../services/gateway/routes';
import { uuidOf } from '../../../http/ids';
import type { MountedRoute, Principal } from '../../../http/route';
import type { Projects } from '../../projects/service/projects';
import { queryOfProject } from '../service/project-attribute';
import { TELEMETRY_ACCESS } from './telemetry-access';

export interface TelemetryServices {
  readonly projects: Pick<Projects, 'get'>;
  readonly telemetry: (principal: Principal, request: Request) => Promise<Response>;
}

export function telemetryRoutes({ projects, telemetry }: TelemetryServices): MountedRoute[] {
  const ofContract = Object.entries(ROUTES).flatMap(([operation, { method, path }]) => {
    const access = TELEMETRY_ACCESS[operation as keyof typeof TELEMETRY_ACCESS];
    return access === null ? [] : [{ method, path: path.replace(/\{(\w+)\}/g, ':$1'), access, mounted: telemetry }];
  });
  return [tracesOfProject(projects, telemetry), ...ofContract];
}

/** The list of traces, among what came with keys of a project. */
function tracesOfProject(
  projects: TelemetryServices['projects'],
  telemetry: TelemetryServices['telemetry'],
): MountedRoute {
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
