/** Tokens: forged, old, of somebody else, used twice; passwords that are tried; what pages of others may do. */
import { randomBytes } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeRows, TEXT } from '../../core/store/sql/row-spec';
import { type PgClient, pgClient } from '../../server/adapters/pg-client';
import { AccessTokens } from '../../server/modules/auth/service/access-tokens';
import { SecretBox } from '../../server/modules/auth/service/secret-box';
import { SigningKeys } from '../../server/modules/auth/service/signing-keys';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import {
  invite,
  makeKeys,
  type Owner,
  PASSWORD,
  setUpOwner,
  signIn,
  startTeamServer,
  TeamClient,
  type TeamServer,
} from '../fixtures/team-server';

let postgres: TestPostgres;
let server: TeamServer;
let ann: Owner;
let sql: PgClient;
let nobody: TeamClient;

beforeAll(async () => {
  postgres = await startPostgres();
  const url = await postgres.createServed();
  server = await startTeamServer(url);
  ann = await setUpOwner(server);
  sql = pgClient(url);
  nobody = new TeamClient(server.url);
});
afterAll(async () => {
  await sql?.close();
  await server?.stop();
  await postgres?.stop();
});

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
const me = async (token: string) => (await nobody.as(token).ask('get', '/v1/auth/me')).status;

async function serverKey(): Promise<{ kid: string; key: CryptoKey | Uint8Array; publicJwk: JWK }> {
  const [row] = decodeRows(
    { kid: TEXT, private_key: TEXT, public_jwk: TEXT },
    await sql.query('select kid, private_key, public_jwk from signing_key'),
  );
  const key = await importJWK(JSON.parse(row?.private_key ?? '') as JWK, 'EdDSA');
  return { kid: row?.kid ?? '', key, publicJwk: JSON.parse(row?.public_jwk ?? '') as JWK };
}

describe('access tokens', () => {
  const forge = async (
    change: object,
    {
      key,
      kid,
      alg = 'EdDSA',
      expires = '5m',
    }: { key: Parameters<SignJWT['sign']>[0]; kid: string; alg?: string; expires?: string },
  ) => {
    const { sub, sid, workspace } = claimsOf(ann.client.token ?? '');
    return new SignJWT({ sub, sid, workspace, iss: 'spoor', aud: 'spoor', ...change })
      .setProtectedHeader({ alg, kid, typ: 'at+jwt' })
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(key);
  };

  it('say who, where and what for, and are checked with published keys', async () => {
    expect(claimsOf(ann.client.token ?? '')).toMatchObject({
      workspace: ann.workspace,
      scope: expect.stringContaining('telemetry:read'),
      exp: expect.any(Number),
    });
    const { body } = await nobody.ask('get', '/.well-known/jwks.json');
    expect(body.keys).toHaveLength(1);
    expect(body.keys[0]).toMatchObject({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' });
    expect(body.keys[0]).not.toHaveProperty('d');
    // What the server's key signs is good: the forgeries below fail for what is wrong with them.
    expect(await me(await forge({}, await serverKey()))).toBe(200);
  });

  it('are refused when they are not ours, old, or for another place', async () => {
    const { kid, key, publicJwk } = await serverKey();
    const claims = Buffer.from(JSON.stringify(claimsOf(ann.client.token ?? ''))).toString('base64url');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid })).toString('base64url');
    const other = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const embedded = await new SignJWT(claimsOf(ann.client.token ?? ''))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', jwk: await exportJWK(other.publicKey), kid: 'mine' })
      .sign(other.privateKey);
    const forgeries: Record<string, string> = {
      'no algorithm': `${none}.${claims}.`,
      'the public key as a secret': await forge(
        {},
        { kid, alg: 'HS256', key: Buffer.from(publicJwk.x ?? '', 'base64url') },
      ),
      'another key': await forge({}, { kid, key: other.privateKey }),
      'a key that it brings': embedded,
      'a key that nobody knows': await forge({}, { kid: '../../etc/passwd', key: other.privateKey }),
      expired: await forge({}, { kid, key, expires: '-1s' }),
      'another issuer': await forge({ iss: 'somebody' }, { kid, key }),
      'another audience': await forge({ aud: 'somebody' }, { kid, key }),
      'a workspace of others': await forge({ workspace: '00000000-0000-4000-8000-000000000000' }, { kid, key }),
      'an account that is not there': await forge({ sub: '00000000-0000-4000-8000-000000000000' }, { kid, key }),
      'a session that is not there': await forge({ sid: '00000000-0000-4000-8000-000000000000' }, { kid, key }),
      'no session': await forge({ sid: undefined }, { kid, key }),
      'no account': await forge({ sub: "' or true --" }, { kid, key }),
      'cut off': (ann.client.token ?? '').slice(0, -4),
      'not a token': 'abc',
      'very long': 'a.'.repeat(3_000),
    };
    for (const [name, token] of Object.entries(forgeries)) expect([name, await me(token)]).toEqual([name, 401]);
  });

  it('are signed with a new key when the old one is done, and those before stay good', async () => {
    const keys = () => new SigningKeys(sql, new SecretBox(null));
    const before = await keys().signing();
    await sql.query('update signing_key set retires_at = now()');
    const after = await keys().signing();
    expect(after.kid).not.toBe(before.kid);
    expect((await keys().jwks()).keys.map(({ kid }) => kid)).toEqual([after.kid, before.kid]);
    const { sub, sid, workspace } = claimsOf(ann.client.token ?? '');
    const token = await new AccessTokens(keys()).issue({ accountId: sub, sessionId: sid, workspace }, '');
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // the server looks for unknown keys once a second
    // The server made neither: it asks when it meets a key that it does not know.
    expect([await me(token), await me(ann.client.token ?? '')]).toEqual([200, 200]);
  });

  it('end with the membership', async () => {
    const eve = await invite(ann, 'eve@example.com', 'admin');
    const { body } = await eve.ask('get', '/v1/auth/me');
    const path = `/v1/workspaces/${ann.workspace}/members/${body.id}`;
    expect((await ann.client.ask('delete', path)).status).toBe(204);
    expect((await eve.ask('get', '/v1/traces')).status).toBe(401);
  });
});

describe('refresh tokens', () => {
  const refresh = (refreshToken: string) => nobody.ask('post', '/v1/auth/refresh', { refreshToken });

  it('are good once; a second use ends all that came of the sign-in', async () => {
    const first = await nobody.ask('post', '/v1/auth/sign-in', {
      email: ann.email,
      password: PASSWORD,
      delivery: 'body',
    });
    const second = await refresh(first.body.refreshToken);
    expect(second.status).toBe(200);
    const third = await refresh(second.body.refreshToken);
    expect(third.status).toBe(200);
    expect((await refresh(second.body.refreshToken)).status).toBe(401);
    expect((await refresh(third.body.refreshToken)).status).toBe(401);
    // Another sign-in is another family.
    expect((await refresh(ann.refreshToken)).status).toBe(200);
  });

  it('of two at the same time one is answered', async () => {
    const { body } = await nobody.ask('post', '/v1/auth/sign-in', {
      email: ann.email,
      password: PASSWORD,
      delivery: 'body',
    });
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(body.refreshToken)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('of browsers are cookies that no script reads and no other page uses', async () => {
    const signedIn = await nobody.ask('post', '/v1/auth/sign-in', { email: ann.email, password: PASSWORD });
    expect(signedIn.body).not.toHaveProperty('refreshToken');
    const cookie = signedIn.headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(
      /^spoor_refresh=refresh_[\w-]+; Max-Age=604800; Path=\/v1\/auth; HttpOnly; SameSite=Strict$/,
    );
    const pair = cookie.split(';')[0] ?? '';
    const foreign = await nobody.ask('post', '/v1/auth/refresh', {}, { cookie: pair, origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    const form = await nobody.ask('post', '/v1/auth/refresh', {}, { cookie: pair, 'content-type': 'text/plain' });
    expect(form.status).toBe(400);
    const own = await nobody.ask('post', '/v1/auth/refresh', {}, { cookie: pair, origin: server.url });
    expect(own.status).toBe(200);
    // What was planted before signing in is not what one is signed in with.
    const again = await nobody.ask(
      'post',
      '/v1/auth/sign-in',
      { email: ann.email, password: PASSWORD },
      { cookie: pair },
    );
    expect(again.headers.get('set-cookie')).not.toContain(pair);
    const next = own.headers.get('set-cookie')?.split(';')[0] ?? '';
    const out = await nobody.ask('post', '/v1/auth/sign-out', {}, { cookie: next });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect((await nobody.ask('post', '/v1/auth/refresh', {}, { cookie: next })).status).toBe(401);
  });
});

describe('API keys', () => {
  it('are shown once, may do what they are for, and end when they are told to', async () => {
    const { projectId, keyId, ingest, read } = await makeKeys(ann.client, 'keys');
    const list = await ann.client.ask('get', `/v1/projects/${projectId}/api-keys`);
    expect(JSON.stringify(list.body)).not.toContain(ingest.token);
    expect(list.body.data[0]).toMatchObject({ prefix: ingest.token?.slice(0, 12), scopes: ['ingest'] });
    expect(await ingest.export([])).toBe(200);
    expect((await ingest.ask('get', '/v1/traces')).status).toBe(403);
    expect(await read.export([])).toBe(403);
    const rotated = await ann.client.ask('post', `/v1/api-keys/${keyId}/actions/rotate`, { graceSeconds: 3_600 });
    expect(await ingest.export([])).toBe(200);
    expect(await ingest.as(rotated.body.key).export([])).toBe(200);
    expect((await ann.client.ask('delete', `/v1/api-keys/${keyId}`)).status).toBe(204);
    expect(await ingest.export([])).toBe(401);
    await ann.client.ask('post', `/v1/projects/${projectId}/actions/archive`);
    await new Promise((resolve) => setTimeout(resolve, 5_100)); // what a copy remembers of a key
    expect(await ingest.as(rotated.body.key).export([])).toBe(401);
    const log = await ann.client.ask('get', '/v1/audit-log?limit=100');
    expect(log.body.data.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining([
        'api-key.create',
        'api-key.rotate',
        'api-key.revoke',
        'project.archive',
        'member.delete',
      ]),
    );
    expect(JSON.stringify(log.body)).not.toMatch(/spoor_[\w-]{20,}|invite_/);
  });
});

describe('roles', () => {
  it('nobody gives or takes more than they have, and an owner stays', async () => {
    const admin = await invite(ann, 'adam@example.com', 'admin');
    const members = `/v1/workspaces/${ann.workspace}/members`;
    const annId = (await ann.client.ask('get', '/v1/auth/me')).body.id;
    const adamId = (await admin.ask('get', '/v1/auth/me')).body.id;
    const invitation = await admin.ask('post', `/v1/workspaces/${ann.workspace}/invitations`, {
      email: 'x@example.com',
      role: 'owner',
    });
    expect(invitation.status).toBe(403);
    expect((await admin.ask('patch', `${members}/${adamId}`, { role: 'owner', version: 1 })).status).toBe(403);
    expect((await admin.ask('patch', `${members}/${annId}`, { role: 'viewer', version: 1 })).status).toBe(403);
    expect((await admin.ask('delete', `${members}/${annId}`)).status).toBe(403);
    expect((await ann.client.ask('delete', `${members}/${annId}`)).status).toBe(409);
    expect((await ann.client.ask('patch', `${members}/${adamId}`, { role: 'viewer', version: 7 })).status).toBe(409);
    const changed = await ann.client.ask('patch', `${members}/${adamId}`, { role: 'viewer', version: 1 });
    expect(changed.body).toMatchObject({ role: 'viewer', version: 2 });
    expect((await admin.ask('get', '/v1/audit-log')).status).toBe(403);
    // What is not asked for is not taken.
    const project = await ann.client.ask('post', '/v1/projects', { name: 'x', workspaceId: 1, archivedAt: null });
    expect(project.status).toBe(400);
  });

  it('an invitation is good once, for whom it was sent to', async () => {
    const path = `/v1/workspaces/${ann.workspace}/invitations`;
    const { body } = await ann.client.ask('post', path, { email: 'carl@example.com', role: 'member' });
    const accept = (token: string) =>
      nobody.ask('post', '/v1/invitations/actions/accept', { token, name: 'Carl', password: PASSWORD });
    expect((await accept(`${body.token}x`)).status).toBe(404);
    expect((await accept(body.token)).status).toBe(201);
    expect((await accept(body.token)).status).toBe(404);
    expect((await (await signIn(server.url, 'carl@example.com')).ask('get', '/v1/auth/me')).body.role).toBe('member');
  });
});

describe('what is sent', () => {
  it('is refused when it is too large, too deep, or not JSON', async () => {
    const ask = (body: string, type = 'application/json') =>
      fetch(`${server.url}/v1/projects`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ann.client.token}`, 'content-type': type },
        body,
      });
    expect((await ask(`{"name":"${'x'.repeat(1_100_000)}"}`)).status).toBe(413);
    expect((await ask(`{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).status).toBe(400);
    expect((await ask('{')).status).toBe(400);
    expect((await ask('name=x', 'application/x-www-form-urlencoded')).status).toBe(400);
    for (const name of ["'; drop table project; --", '\u0000', '{{7*7}}', '<script>']) {
      const { status } = await ann.client.ask('post', '/v1/projects', { name });
      expect([name, status]).toEqual([name, name === '\u0000' ? 400 : 201]);
    }
    for (const query of [
      "' or 1=1 --",
      '{ name = "\' or 1=1 --" }',
      '{ .a = "x") or true --" }',
      '{ span."k\'" = 1 }',
    ]) {
      const { status, body } = await ann.client.ask('get', `/v1/traces?query=${encodeURIComponent(query)}`);
      expect([200, 400]).toContain(status);
      expect(JSON.stringify(body)).not.toMatch(/syntax error at or near|pg_|SQLSTATE/);
    }
  });
});

describe('a request that names itself', () => {
  const post = (path: string, body: object, key: string) =>
    ann.client.ask('post', path, body, { 'idempotency-key': key });

  it('does its work once, however often it comes', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => post('/v1/projects', { name: 'once' }, 'key-1')));
    const made = answers.filter(({ status }) => status === 201);
    // Those that came while the first was worked on are told so.
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    const again = await post('/v1/projects', { name: 'once' }, 'key-1');
    expect([again.status, again.body]).toEqual([201, made[0]?.body]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await post('/v1/projects', { name: 'other' }, 'key-1')).status).toBe(409);
    expect((await post('/v1/projects', { name: 'x' }, 'a key with spaces')).status).toBe(400);
    // Of the contract's routes, too.
    const view = { name: 'Mine', query: 'status:error' };
    const first = await post('/v1/saved-views', view, 'key-2');
    expect([first.status, (await post('/v1/saved-views', view, 'key-2')).body]).toEqual([201, first.body]);
  });

  it('may be sent again when it failed, and tells no secret twice', async () => {
    expect((await post('/v1/projects', { name: '' }, 'key-3')).status).toBe(400);
    const project = await post('/v1/projects', { name: 'three' }, 'key-3');
    expect(project.status).toBe(201);
    const path = `/v1/projects/${project.body.id}/api-keys`;
    const apiKey = { name: 'k', scopes: ['read'] };
    expect((await post(path, apiKey, 'key-4')).body.key).toMatch(/^spoor_/);
    expect((await post(path, apiKey, 'key-4')).status).toBe(409);
    expect((await ann.client.ask('get', path)).body.data).toHaveLength(1);
  });
});

it('a workspace is renamed, and says how long it keeps what it has', async () => {
  const path = `/v1/workspaces/${ann.workspace}`;
  const kept = await ann.client.ask('patch', path, { retentionDays: 30, version: 1 });
  expect(kept.body).toMatchObject({ name: 'Acme', retentionDays: 30, version: 2 });
  expect((await ann.client.ask('patch', path, { name: 'Acme Inc.', version: 1 })).status).toBe(409);
  const renamed = await ann.client.ask('patch', path, { name: 'Acme Inc.', version: 2 });
  expect(renamed.body).toMatchObject({ name: 'Acme Inc.', retentionDays: 30, version: 3 });
  expect((await ann.client.ask('patch', path, { retentionDays: null, version: 3 })).body.retentionDays).toBeNull();
  expect((await ann.client.ask('patch', path, { retentionDays: 0, version: 4 })).status).toBe(400);
});

it('links of the first start are good once, and not when there is an owner', async () => {
  const setup = (token: string) =>
    nobody.ask('post', '/v1/auth/setup', {
      token,
      email: 'z@example.com',
      name: 'Z',
      password: PASSWORD,
      workspaceName: 'Z',
    });
  expect((await setup(server.setupSecret ?? '')).status).toBe(401);
  expect((await setup('setup_x')).status).toBe(401);
});

it('passwords that are tried are counted, and an address without an account takes as long', async () => {
  let last = 0;
  for (let i = 0; i < 40 && last !== 429; i++) {
    const answer = await nobody.ask('post', '/v1/auth/sign-in', {
      email: `${randomBytes(4).toString('hex')}@example.com`,
      password: 'wrong password',
    });
    last = answer.status;
    if (last === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    else expect(last).toBe(401);
  }
  expect(last).toBe(429);
});

it('logs hold no secrets', () => {
  expect(server.errors()).not.toMatch(/correct horse|spoor_[\w-]{20,}|refresh_[\w-]{20,}|setup_[\w-]{20,}|eyJ/);
});
