/** Routes that the contract's HTTP API answers, for the workspace of who asks. */
import { ROUTES } from '../../../../core/operations/routes';
import { PROTOCOLS } from '../../../../services/gateway/compat/protocols';
import { uuidOf } from '../../../http/ids';
import type { MountedRoute, Principal } from '../../../http/route';
import type { Projects } from '../../projects/service/projects';
import { queryOfProject } from '../service/project-attribute';

export interface TelemetryServices {
  readonly projects: Pick<Projects, 'get'>;
  readonly telemetry: (principal: Principal, request: Request) => Promise<Response>;
}

export function telemetryRoutes({ projects, telemetry }: TelemetryServices): MountedRoute[] {
  const ofContract = ROUTES.flatMap(({ method, path, permission: access }) => {
    return access === null ? [] : [{ method, path: path.replace(/\{(\w+)\}/g, ':$1'), access, mounted: telemetry }];
  });
  return [tracesOfProject(projects, telemetry), ...ofContract, ...ofOtherTools(telemetry)];
}

/** What clients of other tools read (services/gateway/compat). */
function ofOtherTools(telemetry: TelemetryServices['telemetry']): MountedRoute[] {
  return PROTOCOLS.flatMap(({ prefix, routes }) =>
    routes.map(({ method, path }) => {
      return { method, path: prefix + path, access: 'telemetry:read', mounted: telemetry, ofOtherTool: true };
    }),
  );
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
