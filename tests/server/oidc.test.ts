/** Signing in at an OpenID provider: who gets in, who does not, and what a forged way back is worth. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { freePort } from '../fixtures/free-port';
import { OIDC_CLIENT, type OpenIdProvider, startOpenIdProvider } from '../fixtures/openid-provider';
import {
  invite,
  type Owner,
  setUpOwner,
  signIn,
  startTeamServer,
  TeamClient,
  type TeamServer,
} from '../fixtures/team-server';

let postgres: TestPostgres;
let provider: OpenIdProvider;
let server: TeamServer;
let ann: Owner;

beforeAll(async () => {
  postgres = await startPostgres();
  provider = await startOpenIdProvider();
  const port = await freePort();
  const environment = {
    ...OIDC_CLIENT,
    SPOOR_OIDC_ISSUER: provider.issuer,
    SPOOR_OIDC_NAME: 'Acme',
    SPOOR_BEHIND_PROXY: '1',
    SPOOR_PUBLIC_URL: `http://127.0.0.1:${port}/`,
  };
  server = await startTeamServer(await postgres.createServed(), environment, port);
  ann = await setUpOwner(server);
});
afterAll(async () => {
  await server?.stop();
  await provider?.stop();
  await postgres?.stop();
});
beforeEach(() => {
  provider.change = (claims) => claims;
});

/** Everybody comes from an address of their own: what is tried is counted by address. */
let visitors = 0;
const visitor = () => ({ 'x-forwarded-for': `192.0.2.${++visitors}` });

const COOKIE = /(\w+)=([^;]*)/;

/** As far as the way back, which is returned with the cookie that the browser has by then. */
async function go(): Promise<{ back: string; cookie: string }> {
  const away = await fetch(`${server.url}/v1/auth/oidc`, { redirect: 'manual', headers: visitor() });
  const cookie = COOKIE.exec(away.headers.get('set-cookie') ?? '')?.[0] ?? '';
  const there = await fetch(away.headers.get('location') ?? '', { redirect: 'manual' });
  return { back: there.headers.get('location') ?? '', cookie };
}

async function come({ back, cookie }: { back: string; cookie: string }) {
  const response = await fetch(back, { redirect: 'manual', headers: { cookie, ...visitor() } });
  const cookies = response.headers.getSetCookie();
  return { to: response.headers.get('location'), refresh: cookies.find((one) => one.startsWith('spoor_refresh=')) };
}

async function whoIs(refresh: string | undefined) {
  const cookie = COOKIE.exec(refresh ?? '')?.[0] ?? '';
  const nobody = new TeamClient(server.url);
  const { body } = await nobody.ask('post', '/v1/auth/refresh', {}, { cookie });
  return (await nobody.as(body.accessToken).ask('get', '/v1/auth/me')).body;
}

describe('lets in', () => {
  it('who has an account with the address, from then on whatever the address', async () => {
    expect((await new TeamClient(server.url).ask('get', '/v1/auth/methods')).body).toEqual({ oidc: { name: 'Acme' } });
    provider.person = { sub: 'ann', email: 'ANN@example.com', email_verified: true };
    const { to, refresh } = await come(await go());
    expect(to).toBe('/');
    expect(refresh).toMatch(/HttpOnly; SameSite=Strict/);
    expect(await whoIs(refresh)).toMatchObject({ email: ann.email, role: 'owner' });
    provider.person = { sub: 'ann', email: 'ann@other.example', email_verified: true };
    expect(await whoIs((await come(await go())).refresh)).toMatchObject({ email: ann.email });
  });

  it('who was invited, without a password, as what they were invited', async () => {
    const path = `/v1/workspaces/${ann.workspace}/invitations`;
    await ann.client.ask('post', path, { email: 'bob@example.com', role: 'viewer' });
    provider.person = { sub: 'bob', email: 'bob@example.com', email_verified: true, name: 'Bob' };
    const bob = await whoIs((await come(await go())).refresh);
    expect(bob).toMatchObject({ name: 'Bob', role: 'viewer', workspace: ann.workspace });
    const guess = { email: 'bob@example.com', password: '', delivery: 'body' };
    for (const password of ['x', 'null', 'undefined']) {
      expect((await new TeamClient(server.url).ask('post', '/v1/auth/sign-in', { ...guess, password })).status).toBe(
        401,
      );
    }
  });
});

it('takes up invitations that came after the first sign-in: who has no password could not', async () => {
  provider.person = { sub: 'bob', email: 'bob@example.com', email_verified: true };
  const { body: other } = await ann.client.ask('post', '/v1/workspaces', { name: 'Other' });
  const owner = await signIn(server.url, ann.email, other.id);
  await owner.ask('post', `/v1/workspaces/${other.id}/invitations`, { email: 'bob@example.com', role: 'member' });
  const { workspaces } = await whoIs((await come(await go())).refresh);
  expect(workspaces.map(({ name, role }: { name: string; role: string }) => `${name} ${role}`).sort()).toEqual([
    'Acme viewer',
    'Other member',
  ]);
});

describe('keeps out', () => {
  it('who was not invited, and whose address nobody has verified', async () => {
    provider.person = { sub: 'eve', email: 'eve@example.com', email_verified: true };
    expect(await come(await go())).toEqual({ to: '/#/sign-in/uninvited', refresh: undefined });
    provider.person = { sub: 'mallory', email: ann.email, email_verified: false };
    expect(await come(await go())).toEqual({ to: '/#/sign-in/unverified', refresh: undefined });
  });

  it('who was removed', async () => {
    const vic = await invite(ann, 'vic@example.com', 'member');
    const { id } = (await vic.ask('get', '/v1/auth/me')).body;
    await ann.client.ask('delete', `/v1/workspaces/${ann.workspace}/members/${id}`);
    provider.person = { sub: 'vic', email: 'vic@example.com', email_verified: true };
    expect(await come(await go())).toEqual({ to: '/#/sign-in/uninvited', refresh: undefined });
  });

  it('a way back that another browser began, that is used twice, or forged', async () => {
    provider.person = { sub: 'ann', email: ann.email, email_verified: true };
    const trip = await go();
    const other = await go();
    expect((await come({ back: trip.back, cookie: '' })).to).toBe('/#/sign-in/expired');
    // An attacker's code under the victim's own state, and the other way round.
    expect((await come({ back: trip.back, cookie: other.cookie })).to).toBe('/#/sign-in/refused');
    expect((await come(trip)).to).toBe('/');
    expect((await come(trip)).to).toBe('/#/sign-in/expired');
    const invented = `${server.url}/v1/auth/oidc/callback?code=invented&state=invented`;
    expect((await come({ back: invented, cookie: 'spoor_oidc=invented' })).to).toBe('/#/sign-in/expired');
    const wrongCode = await go();
    const back = wrongCode.back.replace(/code=\w+/, 'code=invented');
    expect((await come({ ...wrongCode, back })).to).toBe('/#/sign-in/refused');
  });

  it('id tokens for somebody else, of somebody else, old, or of another request', async () => {
    provider.person = { sub: 'ann', email: ann.email, email_verified: true };
    const now = Math.floor(Date.now() / 1_000);
    for (const wrong of [
      { aud: 'another client' },
      { iss: 'https://evil.example' },
      { exp: now - 3_600 },
      { nonce: 'of another request' },
      { nonce: undefined },
    ]) {
      provider.change = (claims) => ({ ...claims, ...wrong });
      expect([(await come(await go())).to, wrong]).toEqual(['/#/sign-in/refused', wrong]);
    }
  });
});

it('a provider that is away is said on the page', async () => {
  const environment = { ...OIDC_CLIENT, SPOOR_OIDC_ISSUER: 'http://127.0.0.1:1', SPOOR_PUBLIC_URL: 'http://127.0.0.1' };
  const alone = await startTeamServer(await postgres.createServed(), environment);
  const { status, headers } = await fetch(`${alone.url}/v1/auth/oidc`, { redirect: 'manual' });
  expect([status, headers.get('location')]).toEqual([302, '/#/sign-in/refused']);
  await alone.stop();
});

it('is not there unless it is set up, and says what is missing', async () => {
  const plain = await startTeamServer(await postgres.createServed());
  expect((await fetch(`${plain.url}/v1/auth/oidc`, { redirect: 'manual' })).status).toBe(404);
  await plain.stop();
  const started = startTeamServer(await postgres.createServed(), { SPOOR_OIDC_ISSUER: provider.issuer });
  await expect(started).rejects.toThrow('SPOOR_OIDC_CLIENT_ID');
});
