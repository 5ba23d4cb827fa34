/** Prompts and experiments on the team server: keys that nobody is told, addresses that only the server can reach, several copies. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PgClient, pgClient } from '../../server/adapters/pg-client';
import { endLostExperiments } from '../../server/modules/evaluation/service/lost-experiments';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server';
import {
  invite,
  type Owner,
  setUpOwner,
  startTeamServer,
  type TeamClient,
  type TeamServer,
} from '../fixtures/team-server';

const KEY = 'sk-of-the-endpoint';
let postgres: TestPostgres;
let copies: TeamServer[];
let models: OpenAiServer;
let ann: Owner;
let bob: TeamClient;
let sql: PgClient;
let endpointId: string;

beforeAll(async () => {
  postgres = await startPostgres();
  models = await startOpenAiServer();
  const url = await postgres.createServed();
  const environment = { SPOOR_PRIVATE_ADDRESSES: '1', SPOOR_SECRET_KEY: 'a key of the test' };
  copies = [await startTeamServer(url, environment), await startTeamServer(url, environment)];
  ann = await setUpOwner(copies[0] as TeamServer);
  bob = await invite(ann, 'bob@example.com', 'member');
  sql = pgClient(url);
});
afterAll(async () => {
  await sql?.close();
  await Promise.all((copies ?? []).map((copy) => copy.stop()));
  await models?.close();
  await postgres?.stop();
});

const messages = [{ role: 'user', parts: [{ type: 'text', text: 'hello' }] }];
const prompt = (model: string) => ({ endpointId, model, messages, tools: [], parameters: {} });
const elsewhere = (): string => (copies[1] as TeamServer).url;

it('a member asks with the key that an admin gave, which nobody is told', async () => {
  const edit = { name: 'Fake', baseUrl: models.baseUrl, model: 'echo' };
  expect((await bob.ask('post', '/v1/endpoints', edit)).status).toBe(403);
  const made = await ann.client.ask('post', '/v1/endpoints', edit);
  endpointId = made.body.id;
  expect(made.body.keyIn).toBeNull();
  const kept = await ann.client.ask('put', `/v1/endpoints/${endpointId}/key`, { key: KEY });
  expect([kept.status, kept.body.keyIn]).toEqual([200, 'server']);
  // Whichever copy is asked.
  const answer = await bob.at(elsewhere()).ask('post', '/v1/prompts', prompt('echo'));
  expect(answer.body).toMatchObject({ error: null, messages: [{ parts: [{ text: 'HELLO' }] }] });
  expect(models.asked.at(-1)?.authorization).toBe(`Bearer ${KEY}`);
  const rows = await sql.query('select secret from endpoint_key');
  const audit = await ann.client.ask('get', '/v1/audit-log');
  const list = await bob.ask('get', '/v1/endpoints');
  expect(JSON.stringify([rows, audit.body, list.body])).not.toContain(KEY);
  expect(audit.body.data[0]).toMatchObject({ action: 'endpoint.create', new: { base_url: models.baseUrl } });
  const vera = await invite(ann, 'vera@example.com', 'viewer');
  expect((await vera.ask('post', '/v1/prompts', prompt('echo'))).status).toBe(403);
});

it('an answer that sends elsewhere is not followed, and the key not taken along', async () => {
  const before = models.asked.length;
  const { body } = await bob.ask('post', '/v1/prompts', prompt('moved'));
  expect(body.error).toMatch(/answered 30\d/);
  expect(models.asked.length).toBe(before + 1);
});

it('an experiment that one copy runs is cancelled at another', async () => {
  const dataset = (await bob.ask('post', '/v1/datasets', { name: 'Capitals' })).body;
  for (const text of ['paris', 'rome', 'oslo', 'bern', 'riga', 'wien']) {
    const item = {
      datasetId: dataset.id,
      prompt: { messages: [{ role: 'user', parts: [{ type: 'text', text }] }] },
      expected: text,
    };
    expect((await bob.ask('post', '/v1/dataset-items', item)).status).toBe(201);
  }
  const experiment = (model: string) => ({
    datasetId: dataset.id,
    name: model,
    target: { endpointId, model, parameters: {} },
    evaluators: [{ kind: 'exact' }],
  });
  const done = (await bob.ask('post', '/v1/experiments', experiment('echo'))).body;
  const state = async (id: string) => (await bob.at(elsewhere()).ask('get', `/v1/experiments/${id}`)).body;
  await expect.poll(async () => (await state(done.id)).state, { timeout: 60_000 }).toBe('done');
  expect((await state(done.id)).results).toHaveLength(6);
  const slow = (await bob.ask('post', '/v1/experiments', experiment('slow'))).body;
  const cancelled = await bob.at(elsewhere()).ask('post', `/v1/experiments/${slow.id}/actions/cancel`);
  expect(cancelled.body.state).toBe('cancelled');
  // One that the copy which ran it left behind.
  await sql.query(
    "update experiment set state = 'running', updated_at = now() - interval '16 minutes' where id = $1::uuid",
    [slow.id],
  );
  await endLostExperiments(sql);
  expect(await state(slow.id)).toMatchObject({ state: 'failed', message: 'The server was stopped while it ran.' });
  expect((await state(done.id)).state).toBe('done');
});

it('a server on the open internet asks no address of its own network', async () => {
  const strict = await startTeamServer(await postgres.createServed());
  try {
    const owner = await setUpOwner(strict);
    const before = models.asked.length;
    const port = new URL(models.baseUrl).port;
    const addresses = [
      models.baseUrl,
      `https://127.0.0.1:${port}/v1`,
      `https://localhost:${port}/v1`,
      'https://169.254.169.254/latest',
    ];
    for (const baseUrl of addresses) {
      const made = await owner.client.ask('post', '/v1/endpoints', { name: baseUrl, baseUrl, model: 'echo' });
      const { body } = await owner.client.ask('post', '/v1/prompts', { ...prompt('echo'), endpointId: made.body.id });
      expect(body.error).toMatch(
        /must begin with https|must be one of the public internet|not an address of the public internet/,
      );
    }
    expect(models.asked.length).toBe(before);
  } finally {
    await strict.stop();
  }
});
