/** The document of the API says what the router has, and is one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TeamSchemas } from '../../server/http/openapi';
import { serverRoutes } from '../../server/routes';
import type { Services } from '../../server/services';
import { type ApiDocument, misfit } from '../fixtures/api-document';
import { REPOSITORY, temporaryFolder } from '../fixtures/spoor';
import {
  type Owner,
  PASSWORD,
  setUpOwner,
  startTeamServer,
  TeamClient,
  type TeamServer,
} from '../fixtures/team-server';

const TEAM = JSON.parse(readFileSync(join(REPOSITORY, 'out', 'openapi-team.json'), 'utf8')) as { answers: object };

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
  const routes = serverRoutes({ secure: false } as Services, {
    openApi: {},
    teamSchemas: { answers: {}, schemas: {} } as TeamSchemas,
  })
    // Protocols of other tools are described by them.
    .filter((route) => !('ofOtherTool' in route && route.ofOtherTool))
    .map(({ method, path, access }) => {
      return `${method} ${path.replace(/:(\w+)/g, '{$1}')} ${access}`;
    });
  expect(said.sort()).toEqual(routes.sort());
  const ids = Object.values<object>(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }: { operationId?: string }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
  // The routes of its own that answer with something say with what; two of them send browsers elsewhere.
  const silent = Object.values<Record<string, { operationId: string; responses: object }>>(document.paths).flatMap(
    (methods) =>
      Object.values(methods)
        .filter(({ responses }) => JSON.stringify(responses ?? {}).includes('"application/json":{"schema":{}}'))
        .map(({ operationId }) => operationId),
  );
  expect(silent.sort()).toEqual(['getAuthOidc', 'getAuthOidcCallback']);
  const signIn = document.paths['/v1/auth/sign-in'].post;
  expect(signIn.security).toEqual([]);
  expect(signIn.requestBody.content['application/json'].schema).toMatchObject({
    required: ['email', 'password'],
    additionalProperties: false,
  });
  expect(document.paths['/v1/audit-log'].get.parameters.map(({ name }: { name: string }) => name)).toContain('cursor');
});

describe('answers', () => {
  let ann: Owner;
  let document: ApiDocument;
  /** Operations that were held against their schema. */
  const looked = new Set<string>();

  beforeAll(async () => {
    ann = await setUpOwner(server);
    document = (await ann.client.ask<ApiDocument>('get', '/v1/openapi.json')).body;
  });

  /** @param values of what the template of the path has */
  async function ask(
    client: TeamClient,
    method: string,
    template: string,
    values: Record<string, string> = {},
    body?: object,
  ) {
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
    const answer = await client.ask(method, path, body);
    const operation = document.paths[template]?.[method];
    const described = operation?.responses[answer.status];
    expect(described, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`).toBeDefined();
    const schema = described?.content?.['application/json']?.schema;
    if (answer.status < 300 && schema) {
      looked.add(operation?.operationId ?? '');
      expect([template, misfit(document, schema, answer.body)]).toEqual([template, null]);
    }
    return answer.body;
  }

  it('of the routes of its own are what the document says', async () => {
    const nobody = new TeamClient(server.url);
    const { client, workspace: workspaceId, refreshToken, email } = ann;
    const one = '/v1/workspaces/{workspaceId}';
    await ask(nobody, 'get', '/.well-known/jwks.json');
    await ask(nobody, 'get', '/v1/auth/methods');
    await ask(nobody, 'post', '/v1/auth/sign-in', {}, { email, password: PASSWORD });
    await ask(nobody, 'post', '/v1/auth/refresh', {}, { refreshToken });
    const device = await ask(nobody, 'post', '/v1/auth/device', {}, { clientName: 'Spoor' });
    await ask(nobody, 'post', '/v1/auth/device/token', {}, { deviceCode: device.deviceCode });
    await ask(client, 'get', '/v1/auth/device/{userCode}', { userCode: device.userCode });
    const me = await ask(client, 'get', '/v1/auth/me');
    await ask(client, 'get', '/v1/workspaces');
    await ask(client, 'post', '/v1/workspaces', {}, { name: 'Other' });
    await ask(client, 'get', one, { workspaceId });
    await ask(client, 'patch', one, { workspaceId }, { retentionDays: 30, version: 1 });
    await ask(client, 'get', `${one}/quota`, { workspaceId });
    const invited = await ask(
      client,
      'post',
      `${one}/invitations`,
      { workspaceId },
      { email: 'bob@example.com', role: 'viewer' },
    );
    await ask(client, 'get', `${one}/invitations`, { workspaceId });
    const bob = { token: invited.token, name: 'Bob', password: PASSWORD };
    const { accountId } = await ask(nobody, 'post', '/v1/invitations/actions/accept', {}, bob);
    await ask(client, 'get', `${one}/members`, { workspaceId });
    await ask(
      client,
      'patch',
      `${one}/members/{accountId}`,
      { workspaceId, accountId },
      { role: 'member', version: 1 },
    );
    expect(me.workspace).toBe(workspaceId);
    const { id: projectId } = await ask(client, 'post', '/v1/projects', {}, { name: 'shop' });
    await ask(client, 'get', '/v1/projects');
    await ask(client, 'get', '/v1/projects/{projectId}', { projectId });
    await ask(client, 'patch', '/v1/projects/{projectId}', { projectId }, { name: 'store', version: 1 });
    const key = await ask(
      client,
      'post',
      '/v1/projects/{projectId}/api-keys',
      { projectId },
      { name: 'c', scopes: ['ingest'] },
    );
    await ask(client, 'get', '/v1/projects/{projectId}/api-keys', { projectId });
    const rotated = await ask(client, 'post', '/v1/api-keys/{id}/actions/rotate', { id: key.id }, {});
    const ingest = client.as(rotated.key);
    const { id: uploadId } = await ask(ingest, 'post', '/v1/uploads', {}, { name: 'night', size: 3 });
    const put = await fetch(`${server.url}/v1/uploads/${uploadId}/parts/1`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${rotated.key}` },
      body: '{}\n',
    });
    expect(await put.json()).toEqual({ n: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    await ask(ingest, 'get', '/v1/uploads/{uploadId}', { uploadId });
    await ask(ingest, 'post', '/v1/uploads/{uploadId}/complete', { uploadId }, {});
    const hook = { url: 'https://hooks.invalid/', types: ['project.archived.v1'] };
    const { id } = await ask(client, 'post', '/v1/webhooks', {}, hook);
    await ask(client, 'patch', '/v1/webhooks/{id}', { id }, { ...hook, version: 1 });
    await ask(client, 'post', '/v1/webhooks/{id}/actions/test', { id }, {});
    await ask(client, 'get', '/v1/webhooks');
    await ask(client, 'post', '/v1/projects/{projectId}/actions/archive', { projectId }, {});
    await ask(client, 'get', '/v1/audit-log');
    await expect
      .poll(async () => (await ask(client, 'get', '/v1/activity')).data.length, { timeout: 60_000 })
      .toBeGreaterThan(2);
    await expect
      .poll(async () => (await client.ask('get', '/v1/jobs?state=waiting')).body.data.length, { timeout: 60_000 })
      .toBe(2);
    await ask(client, 'get', '/v1/jobs');
    // What sets up the server was done before, and parts are bytes.
    const elsewhere = ['postAuthSetup', 'putUploadsByUploadIdPartsByN'];
    expect([...looked, ...elsewhere].sort()).toEqual(Object.keys(TEAM.answers).sort());
  });
});
