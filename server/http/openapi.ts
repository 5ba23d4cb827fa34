/** The document of the server's API: the contract's as far as it is offered, and the server's own routes from the schemas that check them. */
import { type ZodType, z } from 'zod';
import type { TeamAnswers } from '../../core/api/team-answers';
import type { AppRoute, MountedRoute, Route } from './route';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** What the server's own routes answer, by operation (out/openapi-team.json). */
export interface TeamSchemas {
  readonly answers: Readonly<Record<keyof TeamAnswers, object>>;
  readonly schemas: Readonly<Record<string, object>>;
}

const ERRORS: Readonly<Record<string, string>> = {
  '400': 'The request is not valid: `details` says where',
  '401': 'No token, or not a good one',
  '403': 'The permission that is needed is named',
  '404': 'There is no such thing in this workspace',
  '409': 'It has changed meanwhile, or is in the way of something',
  '429': 'Too many requests; `Retry-After` says for how long',
  '503': 'The database is not there; `Retry-After` says when to try again',
};

/** @param contract of the HTTP API that desktop and server share */
export function serverDocument(contract: object, team: TeamSchemas, routes: readonly AppRoute[]): object {
  const { paths, components, ...rest } = contract as Document;
  const offered: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    if ('ofOtherTool' in route && route.ofOtherTool) continue;
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    const operation =
      paths[path]?.[route.method] ??
      ('mounted' in route ? mountedOperation(route, path) : operationOf(route, path, team));
    offered[path] = { ...offered[path], [route.method]: { ...operation, 'x-permission': route.access } };
  }
  const schemas = { ...team.schemas, ...components.schemas };
  return { ...rest, paths: offered, components: { ...components, schemas } };
}

function operationOf(
  { method, path: template, access, status, body, query, answers: own, maxBytes }: Route,
  path: string,
  { answers }: TeamSchemas,
): object {
  return {
    operationId: idOf(method, path),
    summary: `${method.toUpperCase()} ${path}`,
    ...(access === 'public' ? { security: [] } : {}),
    parameters: [...inPath(template), ...(query ? parametersOf(query) : [])],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } } }),
    ...(maxBytes !== null && {
      requestBody: {
        required: true,
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
    }),
    responses: {
      [status]: {
        description: 'Done',
        ...(status !== 204 && {
          content: {
            'application/json': {
              schema: own ? schemaOf(own) : (answers[idOf(method, path) as keyof TeamAnswers] ?? {}),
            },
          },
        }),
      },
      ...failures(),
    },
  };
}

/** Those of the contract's that only a server has, such as the traces of a project, are told of there. */
function mountedOperation({ method, path: template, own }: MountedRoute, path: string): object {
  if (!own) return {};
  const { query, produces } = own;
  return {
    operationId: idOf(method, path),
    summary: `${method.toUpperCase()} ${path}`,
    parameters: [...inPath(template), ...(query ? parametersOf(query) : [])],
    responses: {
      200: { description: 'Done', content: { [produces]: { schema: { type: 'string' } } } },
      ...failures(),
    },
  };
}

function inPath(template: string): object[] {
  const names = [...template.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
  return names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function failures(): object {
  return Object.fromEntries(Object.entries(ERRORS).map(([code, description]) => [code, failure(description)]));
}

function parametersOf(query: ZodType): object[] {
  const { properties = {}, required = [] } = schemaOf(query) as {
    properties?: Record<string, object>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => {
    return { name, in: 'query', required: required.includes(name), schema };
  });
}

function schemaOf(type: ZodType): object {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io: 'input' });
  return schema;
}

function failure(description: string): object {
  return { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/HttpError' } } } };
}

/** `post /v1/api-keys/{id}/actions/rotate`: `postApiKeysByIdActionsRotate`. */
function idOf(method: string, path: string): string {
  const words = path
    .replace(/^\/v1/, '')
    .replace(/\{(\w+)\}/g, 'by-$1')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
