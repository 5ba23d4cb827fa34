import { z } from 'zod';
import { onePage } from '../../../../core/api/page';
import { KEY_SCOPES } from '../../../../core/api/team';
import { actorOf } from '../../../http/actor';
import { NAME } from '../../../http/fields';
import { uuidOf } from '../../../http/ids';
import { type Route, route } from '../../../http/route';
import type { ApiKeys } from '../../api-keys/service/api-keys';
import type { Projects } from '../service/projects';

const PROJECT = z.strictObject({ name: NAME });
const KEY = z.strictObject({
  name: NAME,
  scopes: z.array(z.enum(KEY_SCOPES)).min(1).max(KEY_SCOPES.length),
  expiresAt: z.iso.datetime().nullable().default(null),
});
/** A week at most. */
const ROTATE = z.strictObject({ graceSeconds: z.number().int().min(0).max(604_800).default(86_400) });

const ONE = '/v1/projects/:projectId';

export interface ProjectServices {
  readonly projects: Projects;
  readonly apiKeys: ApiKeys;
}

export function projectRoutes({ projects, apiKeys: keys }: ProjectServices): Route[] {
  return [
    route('get', '/v1/projects', { access: 'projects:read' }, async ({ who }) => {
      return onePage(await projects.list(who.workspace.id));
    }),
    route('post', '/v1/projects', { access: 'projects:write', body: PROJECT, status: 201 }, async (call) => {
      return projects.create(call.who.workspace.id, call.body.name, actorOf(call));
    }),
    route('get', ONE, { access: 'projects:read' }, async ({ who, params }) => {
      return projects.get(who.workspace.id, uuidOf(params.projectId));
    }),
    route(
      'patch',
      ONE,
      { access: 'projects:write', body: PROJECT.extend({ version: z.number().int().min(1).max(0x7fff_ffff) }) },
      async (call) => {
        const { name, version } = call.body;
        return projects.rename(call.who.workspace.id, uuidOf(call.params.projectId), version, name, actorOf(call));
      },
    ),
    route('post', `${ONE}/actions/archive`, { access: 'projects:write' }, async (call) => {
      const project = await projects.archive(call.who.workspace.id, uuidOf(call.params.projectId), actorOf(call));
      await keys.forget();
      return project;
    }),
    route('get', `${ONE}/api-keys`, { access: 'keys:read' }, async ({ who, params }) => {
      const project = await projects.get(who.workspace.id, uuidOf(params.projectId));
      return onePage(await keys.list(who.workspace.id, project.id));
    }),
    route('post', `${ONE}/api-keys`, { access: 'keys:write', body: KEY, status: 201, secret: true }, async (call) => {
      const project = await projects.get(call.who.workspace.id, uuidOf(call.params.projectId));
      return keys.create(call.who.workspace.id, project.id, call.body, actorOf(call));
    }),
    route(
      'post',
      '/v1/api-keys/:id/actions/rotate',
      { access: 'keys:write', body: ROTATE, status: 201, secret: true },
      async (call) => {
        return keys.rotate(call.who.workspace.id, uuidOf(call.params.id), call.body.graceSeconds, actorOf(call));
      },
    ),
    route('delete', '/v1/api-keys/:id', { access: 'keys:write', status: 204 }, async (call) => {
      await keys.revoke(call.who.workspace.id, uuidOf(call.params.id), actorOf(call));
      return null;
    }),
  ];
}
