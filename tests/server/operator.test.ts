/** What is for whoever runs the server: metrics, and secrets in the database. */
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeRows, TEXT } from '../../core/store/sql/row-spec';
import { pgClient } from '../../server/adapters/pg-client';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { setUpOwner, startTeamServer, TeamClient } from '../fixtures/team-server';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres?.stop();
});

const UNSEALED = 'set SPOOR_SECRET_KEY';

it('metrics are read with the token of the server, by nobody else', async () => {
  const server = await startTeamServer(await postgres.createServed(), { SPOOR_METRICS_TOKEN: 'metrics-token' });
  try {
    const ann = await setUpOwner(server);
    const statusFor = async (authorization?: string) =>
      (await fetch(`${server.url}/metrics`, { headers: authorization ? { authorization } : {} })).status;
    expect(await statusFor()).toBe(401);
    expect(await statusFor('Bearer metrics-toke')).toBe(401);
    expect(await statusFor(`Bearer ${ann.client.token}`)).toBe(401);
    const { status, body } = await new TeamClient(server.url, 'metrics-token').ask('get', '/metrics');
    expect([status, body]).toEqual([200, expect.stringContaining('spoor_http_request_duration_seconds')]);
  } finally {
    await server.stop();
  }
});

it('secrets that were stored in the clear are sealed once there is a key, and stay good', async () => {
  const url = await postgres.createServed();
  const sql = pgClient(url);
  const stored = async () =>
    decodeRows(
      { secret: TEXT },
      await sql.query('select private_key as secret from signing_key union all select secret from webhook'),
    ).map(({ secret }) => secret.startsWith('sealed:'));
  const open = await startTeamServer(url);
  const ann = await setUpOwner(open);
  const webhook = { url: 'https://example.com/hook', types: ['project.created.v1'], enabled: false };
  expect((await ann.client.ask('post', '/v1/webhooks', webhook)).status).toBe(201);
  expect((await fetch(`${open.url}/metrics`)).status).toBe(401);
  await open.stop();
  await expect.poll(() => open.errors()).toContain(UNSEALED);
  expect(await stored()).toEqual([false, false]);
  const sealed = await startTeamServer(url, { SPOOR_SECRET_KEY: 'a key of the tests' });
  try {
    expect((await ann.client.at(sealed.url).ask('get', '/v1/auth/me')).status).toBe(200);
    expect(await stored()).toEqual([true, true]);
  } finally {
    await sealed.stop();
    await sql.close();
  }
  expect(sealed.errors()).not.toContain(UNSEALED);
});

it('the link of a device is to the server, and there is none where somebody else wrote the host', async () => {
  const server = await startTeamServer(await postgres.createServed());
  try {
    await setUpOwner(server);
    const linkFor = (host: string) =>
      new Promise<string>((resolve, reject) => {
        const headers = { host, 'content-type': 'application/json' };
        const asked = request(`${server.url}/v1/auth/device`, { method: 'POST', headers }, (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => {
            const { verificationUriComplete: link } = JSON.parse(text);
            resolve(link === undefined ? String(response.statusCode) : new URL(link).origin);
          });
        });
        asked.once('error', reject);
        asked.end('{"clientName":"a program"}');
      });
    const { port } = new URL(server.url);
    expect(await linkFor('evil.example')).toBe('503');
    expect(await linkFor(`localhost.evil.example:${port}`)).toBe('503');
    expect(await linkFor(`127.0.0.1:${port}`)).toBe(server.url);
    expect(await linkFor(`localhost:${port}`)).toBe(`http://localhost:${port}`);
  } finally {
    await server.stop();
  }
});
