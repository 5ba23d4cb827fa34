/** The document of the API says what the router has, and is one. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Services, serverRoutes } from '../../server/routes';
import { temporaryFolder } from '../fixtures/spoor';
import { startTeamServer, TeamClient, type TeamServer } from '../fixtures/team-server';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: TeamServer;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startTeamServer(folder.path);
});
afterAll(async () => {
  await server?.stop();
  await folder?.remove();
});

it('has every route, with its permission and its schemas', async () => {
  const { body: document } = await new TeamClient(server.url).ask('get', '/v1/openapi.json');
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  expect([errors, valid]).toEqual([undefined, true]);
  const said = Object.entries<Record<string, { 'x-permission': string }>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => `${method} ${path} ${operation['x-permission']}`),
  );
  const routes = serverRoutes({ secure: false } as Services).map(({ method, path, access }) => {
    return `${method} ${path.replace(/:(\w+)/g, '{$1}')} ${access}`;
  });
  expect(said.sort()).toEqual(routes.sort());
  const ids = Object.values<object>(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }: { operationId?: string }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
  const signIn = document.paths['/v1/auth/sign-in'].post;
  expect(signIn.security).toEqual([]);
  expect(signIn.requestBody.content['application/json'].schema).toMatchObject({
    required: ['email', 'password'],
    additionalProperties: false,
  });
  expect(document.paths['/v1/audit-log'].get.parameters.map(({ name }: { name: string }) => name)).toContain('cursor');
});
