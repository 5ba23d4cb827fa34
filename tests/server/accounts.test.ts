/** What becomes of access when a session ends, and of guesses at one account from many addresses; both leave a record. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditRecord } from '../../core/api/team';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import {
  invite,
  type Owner,
  PASSWORD,
  setUpOwner,
  startTeamServer,
  TeamClient,
  type TeamServer,
} from '../fixtures/team-server';

/** As server/modules/auth/service/guesses.ts says. */
const TRIES = 30;

let postgres: TestPostgres;
let copies: TeamServer[];
let ann: Owner;
let nobody: TeamClient;
beforeAll(async () => {
  postgres = await startPostgres();
  const url = await postgres.createServed();
  const environment = { SPOOR_BEHIND_PROXY: '1', SPOOR_PUBLIC_URL: 'http://127.0.0.1' };
  const first = await startTeamServer(url, environment);
  copies = [first, await startTeamServer(url, environment)];
  ann = await setUpOwner(first);
  nobody = new TeamClient(first.url);
});
afterAll(async () => {
  await Promise.all((copies ?? []).map((copy) => copy.stop()));
  await postgres?.stop();
});

/** Everybody comes from an address of their own. */
let addresses = 0;
const elsewhere = () => ({ 'x-forwarded-for': `192.0.2.${++addresses % 250}` });
const tryPassword = (email: string, password: string, cookie?: string) =>
  nobody.ask(
    'post',
    '/v1/auth/sign-in',
    { email, password, delivery: 'body' },
    { ...elsewhere(), ...(cookie ? { cookie } : {}) },
  );
const auditOf = async (action: string): Promise<AuditRecord[]> =>
  (await ann.client.ask('get', `/v1/audit-log?limit=100&action=${action}`)).body.data;
const meAt = (token: string) => copies.map((copy) => new TeamClient(copy.url, token).ask('get', '/v1/auth/me'));
const statuses = async (answers: Promise<{ status: number }>[]) =>
  (await Promise.all(answers)).map(({ status }) => status);

it('access ends with signing out, in every copy of the server', async () => {
  const { body } = await tryPassword(ann.email, PASSWORD);
  expect(await statuses(meAt(body.accessToken))).toEqual([200, 200]);
  const out = await nobody.ask('post', '/v1/auth/sign-out', { refreshToken: body.refreshToken }, elsewhere());
  expect(out.status).toBe(204);
  await expect.poll(() => statuses(meAt(body.accessToken)), { timeout: 60_000 }).toEqual([401, 401]);
  // Another sign-in of the same account goes on.
  expect(await statuses(meAt(ann.client.token ?? ''))).toEqual([200, 200]);
  const [record] = await auditOf('account.sign-out');
  expect(record).toMatchObject({ actor: expect.stringMatching(/^account:/), new: { ip: expect.any(String) } });
});

it('access ends when a refresh token is used twice, which is written down', async () => {
  const first = (await tryPassword(ann.email, PASSWORD)).body;
  const refresh = (refreshToken: string) => nobody.ask('post', '/v1/auth/refresh', { refreshToken }, elsewhere());
  const second = (await refresh(first.refreshToken)).body;
  expect(await statuses(meAt(second.accessToken))).toEqual([200, 200]);
  expect((await refresh(first.refreshToken)).status).toBe(401);
  await expect
    .poll(() => statuses([...meAt(first.accessToken), ...meAt(second.accessToken)]))
    .toEqual([401, 401, 401, 401]);
  await refresh(first.refreshToken);
  expect(await auditOf('account.token-reused')).toHaveLength(1);
});

it('a stream of events ends with the session', async () => {
  const { body } = await tryPassword(ann.email, PASSWORD);
  const stream = await fetch(`${copies[0]?.url}/v1/live`, {
    headers: { authorization: `Bearer ${body.accessToken}` },
  });
  expect([stream.status, stream.headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching(/^text\/event-stream/),
  ]);
  await nobody.ask('post', '/v1/auth/sign-out', { refreshToken: body.refreshToken }, elsewhere());
  // It would go on for as long as somebody reads.
  await stream.text();
});

it('passwords of one account are tried so often, from however many addresses', async () => {
  await invite(ann, 'bob@example.com', 'member');
  const body = { email: 'bob@example.com', password: PASSWORD };
  const known = await nobody.ask('post', '/v1/auth/sign-in', body, elsewhere());
  const cookie = known.headers.getSetCookie().find((one) => one.startsWith('spoor_device=')) ?? '';
  expect(cookie).toMatch(/^spoor_device=device_[\w-]+; Max-Age=\d+; Path=\/v1\/auth; HttpOnly; SameSite=Strict$/);
  const guesses: number[] = [];
  for (let n = 0; n < TRIES + 10; n++) guesses.push((await tryPassword('BOB@example.com', `guess ${n}`)).status);
  expect(guesses.filter((status) => status === 401)).toHaveLength(TRIES);
  expect(guesses.slice(TRIES).every((status) => status === 429)).toBe(true);
  // Even the right one, from where nobody has signed in before; Bob's own browser is not kept out.
  const right = await tryPassword('bob@example.com', PASSWORD);
  expect([right.status, Number(right.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
  expect((await tryPassword('bob@example.com', PASSWORD, cookie.split(';')[0])).status).toBe(200);
  // Somebody else's browser is not his, and an address without an account is counted alike.
  expect((await tryPassword(ann.email, PASSWORD)).status).toBe(200);
  const strangers: number[] = [];
  for (let n = 0; n < TRIES + 1; n++) strangers.push((await tryPassword('eve@example.com', `guess ${n}`)).status);
  expect(strangers.at(-1)).toBe(429);
  const failed = await auditOf('account.sign-in-failed');
  expect(failed).toHaveLength(TRIES);
  expect(failed[0]).toMatchObject({ actor: 'system', new: { method: 'password', attemptsLeft: 0 } });
  const signedIn = await auditOf('account.sign-in');
  expect(signedIn.map((record) => (record.new as { method: string }).method)).toContain('password');
  expect(JSON.stringify([failed, signedIn])).not.toMatch(/guess \d|refresh_|device_|correct horse/);
});

it('a password that is right gives the attempts back', async () => {
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < TRIES - 1; n++) expect((await tryPassword(ann.email, `guess ${n}`)).status).toBe(401);
    expect((await tryPassword(ann.email, PASSWORD)).status).toBe(200);
  }
});

it('an IPv6 network is one asker, whatever addresses it takes', async () => {
  let tried = 0;
  const from = (address: string) =>
    // Nobody's account, and each once: what is counted is where they come from.
    nobody.ask(
      'post',
      '/v1/auth/sign-in',
      { email: `nobody-${++tried}@example.com`, password: 'a guess that is long' },
      { 'x-forwarded-for': address },
    );
  const answers: number[] = [];
  for (let n = 1; n <= 31; n++) answers.push((await from(`2001:db8:1:2:${n}::${n}`)).status);
  expect(answers).toEqual([...Array<number>(30).fill(401), 429]);
  expect((await from('2001:db8:1:3::1')).status).toBe(401);
});
